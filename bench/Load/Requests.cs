using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace PaymentCluster.Bench.Load;

/// <summary>Requests as bytes, made before the load begins; only an order's number is written into them.</summary>
internal sealed class Requests
{
    /// <summary>What each payment is about, in minor units: sums then tell how many there are.</summary>
    public const long Amount = 50_000;

    private const int Digits = 10;

    private readonly byte[][] _texts;
    private readonly int _numberAt;

    public Requests(LoadPlan plan)
    {
        var head = $"Host: 127.0.0.1:{plan.Port}\r\nAuthorization: Bearer {plan.Key}\r\n";
        if (plan.OrderPrefix is { } prefix)
        {
            var body = string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"order_id\":\"{prefix}{new string('0', Digits)}\",\"amount\":{Amount},\"currency\":\"INR\","
                    + $"\"method\":\"upi\"}}");
            var text = $"POST {plan.Path} HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: "
                + $"{body.Length}\r\n\r\n{body}";
            _texts = [Encoding.ASCII.GetBytes(text)];
            _numberAt = text.IndexOf(prefix + new string('0', Digits), StringComparison.Ordinal) + prefix.Length;
        }
        else
        {
            string[] paths = plan.Targets.IsEmpty ? [plan.Path] : [.. plan.Targets];
            _texts = [.. paths.Select(path => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\n{head}\r\n"))];
        }

        Longest = _texts.Max(text => text.Length);
    }

    /// <summary>The longest request, in bytes.</summary>
    public int Longest { get; }

    /// <summary>Writes a request.</summary>
    /// <param name="number">Which.</param>
    /// <param name="buffer">Where to; at least <see cref="Longest"/> bytes.</param>
    /// <returns>Its length.</returns>
    public int Write(long number, byte[] buffer)
    {
        var text = _texts[number % _texts.Length];
        text.CopyTo(buffer, 0);
        if (_numberAt > 0)
        {
            Utf8Formatter.TryFormat(
                number, buffer.AsSpan(_numberAt, Digits), out _, new System.Buffers.StandardFormat('D', Digits));
        }

        return text.Length;
    }
}
