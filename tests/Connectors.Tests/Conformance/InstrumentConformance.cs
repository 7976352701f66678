using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Providers;
using PaymentCluster.Grains.Abstractions.Secrets;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Conformance;

/// <summary>What a provider is sent for each instrument, byte for byte as <c>Requests/</c> has it: a change of these
/// files is a change of the requests to providers.</summary>
public abstract partial class InstrumentConformance(ConnectorRig rig) : ConformanceSetting(rig)
{
    [Fact]
    public async Task Each_instrument_is_sent_as_recorded_or_refused()
    {
        var connector = Create();
        var sent = new StringBuilder();
        foreach (var (name, instrument) in Instruments(connector.Provider))
        {
            var before = Server.Requests.Count;
            var request = Rig.ChargeOf(Time, SendWindow.Open(Time, TimeSpan.FromMinutes(1)));
            var customer = request.Customer with { Id = "customer-01" };
            var outcome = await connector.ChargeAsync(
                request with { Instrument = instrument, Customer = customer }, Rig.Credentials);
            sent.Append(name).Append(": ").Append(outcome.GetType().Name).Append('\n');
            foreach (var call in Server.Requests.Skip(before))
            {
                sent.Append("  ").Append(call.Method).Append(' ').Append(call.Path).Append(call.Query).Append('\n')
                    .Append("    ").Append(Varying().Replace(call.Text, "$1…")).Append('\n');
            }

            if (outcome is ProviderOutcome.Pending { Action: { } action })
            {
                sent.Append("  ").Append(action.Kind).Append(' ').AppendJoin('&', FieldsOf(action)).Append('\n');
            }
        }

        Assert.Equal(Recorded(connector.Provider), sent.ToString());
    }

    [Fact]
    public void No_instrument_is_left_out() => Assert.Equal(
        typeof(ChargeInstrument).GetNestedTypes().OrderBy(type => type.Name),
        Instruments("any").Select(one => one.Instrument.GetType()).Distinct().OrderBy(type => type.Name));

    [Fact]
    public void No_instrument_prints_what_is_secret_in_it() => Assert.All(
        Instruments("any"),
        one => Assert.DoesNotMatch("41111|37828|9173|123|token_|B01", one.Instrument.ToString()));

    private static IEnumerable<string> FieldsOf(CustomerAction action) =>
        from field in action.Fields ?? ImmutableDictionary<string, string>.Empty
        orderby field.Key
        select $"{field.Key}={field.Value}";

    private static IEnumerable<(string Name, ChargeInstrument Instrument)> Instruments(string provider)
    {
        const string Amex = "378282246310005";
        const string Token = "token_00000000000001";
        const string Customer = "cust_00000000000001";
        var wallet = provider is "amazonpay" or "paytm" ? provider : "mobikwik";
        yield return ("typed card", ConnectorRig.TypedCard());
        yield return ("typed card of American Express", ConnectorRig.TypedCard(Amex));
        yield return ("typed card, saved", ConnectorRig.TypedCard(saving: new(Customer)));
        yield return ("typed card, saved without an account", ConnectorRig.TypedCard(saving: new(null)));
        yield return ("saved card", ConnectorRig.SavedCard(Token, "123", Customer) with { Network = "rupay" });
        yield return ("saved card without its security code", ConnectorRig.SavedCard(Token, customer: Customer));
        yield return ("UPI intent", new ChargeInstrument.UpiIntent());
        yield return ("UPI QR", new ChargeInstrument.UpiQr());
        yield return ("UPI collect", new ChargeInstrument.UpiCollect("name@bank"));
        yield return ("wallet", new ChargeInstrument.Wallet(wallet));
        yield return ("linked wallet", new ChargeInstrument.LinkedWallet(wallet, new Secret("B01-0000000-0000000")));
        yield return ("netbanking", new ChargeInstrument.Netbanking("HDFC"));
    }

    private static string Recorded(string provider)
    {
        using var file = typeof(InstrumentConformance).Assembly.GetManifestResourceStream($"requests-{provider}")!;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    // Signed with a salt, or with the time.
    [GeneratedRegex(
        """("(?:signature|requestTimestamp)":")[^"]*""", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Varying();
}

public sealed class AmazonPayInstruments() : InstrumentConformance(new AmazonPay.AmazonPayRig());

public sealed class JuspayInstruments() : InstrumentConformance(new Juspay.JuspayRig());

public sealed class PaytmInstruments() : InstrumentConformance(new Paytm.PaytmRig());

public sealed class PayUInstruments() : InstrumentConformance(new PayU.PayURig());

public sealed class RazorpayInstruments() : InstrumentConformance(new Razorpay.RazorpayRig());
