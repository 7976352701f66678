using System.Net;
using System.Text;

namespace PaymentCluster.Simulators.PayU;

/// <summary>The fields of a form, each once. The official client leaves characters unescaped and ends with
/// <c>&amp;</c>; both are taken.</summary>
internal sealed class PayUForm
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _fields.Keys;

    /// <summary>A field; empty if it is not there.</summary>
    public string this[string name] => _fields.GetValueOrDefault(name, "");

    /// <summary>Reads a body; null if a field is duplicated or has no name.</summary>
    public static PayUForm? Read(ReadOnlySpan<byte> body)
    {
        var form = new PayUForm();
        foreach (var pair in Encoding.UTF8.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=');
            if (equals <= 0)
            {
                return null;
            }

            if (!form._fields.TryAdd(WebUtility.UrlDecode(pair[..equals]), WebUtility.UrlDecode(pair[(equals + 1)..])))
            {
                return null;
            }
        }

        return form;
    }

    public bool Has(string name) => this[name].Length > 0;
}
