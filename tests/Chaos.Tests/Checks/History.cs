using System.Globalization;
using System.Text;

namespace PaymentCluster.Chaos.Tests.Checks;

/// <summary>One payment, as the three journals tell it, in the order of time.</summary>
internal static class History
{
    public static string Of(Evidence evidence, string id)
    {
        List<(DateTimeOffset At, string Who, string What)> lines = [];
        var payment = evidence.Store.Payments.GetValueOrDefault(id);
        foreach (var happened in payment?.Events ?? [])
        {
            lines.Add((happened.At, "store", $"{happened.Version} {happened.Type} {happened.Data}"));
        }

        foreach (var call in evidence.Clients.Where(call => IsAbout(call, id, payment)))
        {
            lines.Add((
                call.Request.At,
                "client",
                $"#{call.Request.Call} {call.Request.Verb} {call.Request.Order} key {call.Request.Key} "
                    + $"{call.Request.Body}"));
            if (call.Response is { } response)
            {
                lines.Add((
                    response.At,
                    "client",
                    $"#{response.Call} {response.Verb}: "
                        + $"{response.Status?.ToString(CultureInfo.InvariantCulture) ?? response.Why} "
                        + $"{Short(response.Response)}"));
            }
        }

        foreach (var line in evidence.Provider.Where(line =>
            line.Reference?.Contains(id[4..], StringComparison.Ordinal) ?? false))
        {
            lines.Add((DateTimeOffset.FromUnixTimeMilliseconds(line.At), "provider", $"{line}"));
        }

        foreach (var delivery in evidence.Deliveries.Where(delivery =>
            delivery.Body.Contains(id[4..], StringComparison.Ordinal)))
        {
            lines.Add((
                delivery.At,
                "webhook",
                $"{delivery.EventId} {(delivery.IsForged ? "forged " : "")}response {delivery.Status}: "
                    + $"{Short(delivery.Body)}"));
        }

        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"The history of {id}, {payment?.OrderId} of {payment?.Merchant}, {payment?.Status ?? "not stored"}:");
        foreach (var (at, who, what) in lines.OrderBy(line => line.At))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {at:HH:mm:ss.ffffff} {who,-8} {what}");
        }

        foreach (var transfer in payment?.Transfers ?? [])
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  ledger   {transfer}");
        }

        return text.ToString();
    }

    private static bool IsAbout(ClientCall call, string id, StoredPayment? payment) =>
        call.Payment == id || call.Request.Payment == id
        || (payment is not null && call.Request.Order == payment.OrderId && call.Request.Merchant == payment.Merchant);

    private static string? Short(string? text) => text is { Length: > 500 } ? text[..500] + "…" : text;
}
