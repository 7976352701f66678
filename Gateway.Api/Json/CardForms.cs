using System.Text.Json;
using Microsoft.OpenApi;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>A card's number, read straight into the type that does not print it. A fingerprint tells its last four
/// digits.</summary>
internal sealed class CardNumberForm : Form<CardNumber>
{
    public override bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place)
    {
        if (json.TokenType != JsonTokenType.String || !CardNumber.TryParse(JsonText.Read(ref json), out var number))
        {
            return false;
        }

        slot.Set(number);
        return true;
    }

    public override CardNumber Get(in Slot slot) => (CardNumber)slot.Value!;

    public override void WriteCanonical(Utf8JsonWriter json, in Slot slot) => json.WriteStringValue(Get(slot).Last4);

    public override OpenApiSchema Schema() => new()
    {
        Type = JsonSchemaType.String, Format = "password", Pattern = "^[ -]*([0-9][ -]*){12,19}$",
    };
}

/// <summary>A card's security code, read straight into the type that does not print it. A fingerprint tells nothing of
/// it.</summary>
internal sealed class SecurityCodeForm : Form<Secret>
{
    public override bool IsFingerprinted => false;

    public override bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place)
    {
        if (json.TokenType != JsonTokenType.String
            || JsonText.Read(ref json) is not { Length: 3 or 4 } code
            || !code.All(char.IsAsciiDigit))
        {
            return false;
        }

        slot.Set(new Secret(code));
        return true;
    }

    public override Secret Get(in Slot slot) => (Secret)slot.Value!;

    public override void WriteCanonical(Utf8JsonWriter json, in Slot slot) =>
        throw new InvalidOperationException("A security code is never written.");

    public override OpenApiSchema Schema() => new()
    {
        Type = JsonSchemaType.String, Format = "password", Pattern = "^[0-9]{3,4}$",
    };
}
