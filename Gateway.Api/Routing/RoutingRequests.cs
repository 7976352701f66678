using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Gateway.Api.Routing;

/// <summary>The plan that a body wants tried.</summary>
internal static class RoutingCandidate
{
    /// <summary>The field.</summary>
    public static readonly Field<Body?> Plan = Field.Object(
        "routing", RoutingPlanRequest.Shape, "The routing to try; the merchant's own if it is left out.").Optional();

    /// <summary>The plan; null if the body has none, or has errors.</summary>
    public static RoutingPlan? Read(Body body, InputErrors errors) =>
        !errors.Any && body.Get(Plan) is { } plan ? RoutingPlanRequest.Read(plan, Plan.Prefix, errors) : null;
}

/// <summary>The body of <c>POST /routing/evaluate</c>, and the payment that it means.</summary>
internal static class EvaluateRoutingRequest
{
    private static readonly RequiredField<PaymentMethodKind> Method =
        Field.Word("method", PaymentWords.Methods, "The kind of instrument.") with { Example = "\"card\"" };

    private static readonly Field<UpiFlow?> Flow =
        Field.Word("upi_flow", PaymentWords.UpiFlows, "The UPI flow; intent if it is left out.").Optional();

    private static readonly Field<string?> Network =
        (Field.Text(
            "card_network", "The card's network, such as visa.", RoutingTexts.Network) with
        { Example = "\"visa\"" })
        .Optional();

    private static readonly Field<string?> Bin =
        Field.Text("card_bin", "The first 6 to 8 digits of the card's number.", RoutingTexts.Bin).Optional();

    private static readonly Field<string?> Segment =
        Field.Text("segment", "The customer's segment: metadata.segment.", RoutingTexts.Segment).Optional();

    private static readonly Field<PaymentId?> Payment = Field.Parsed<PaymentId>(
        "payment_id",
        "Random choices are derived from it; from a new one if it is left out.",
        static (string text, out PaymentId id) => PaymentId.TryParse(text, out id),
        new TextForm { Max = 64, Pattern = PaymentPatterns.Id(), Rule = "must be a payment's id" }).Optional();

    private static readonly Field<ImmutableArray<string>> Tried = Field.Texts(
        "tried",
        RoutingTexts.Provider,
        RoutingPlanRequest.MaxProviders,
        "Providers at which the payment has failed.").Or([]);

    private static readonly Field<ImmutableArray<string>> Preferred = Field.Texts(
        "preferred_providers",
        RoutingTexts.Provider,
        RoutingPlanRequest.MaxProviders,
        "Providers that the customer prefers.")
        .Or([]);

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new(
        "EvaluateRoutingRequest",
        PaymentFields.Amount,
        PaymentFields.Currency,
        Method,
        Flow,
        Network,
        Bin,
        Segment,
        Payment,
        Tried,
        Preferred,
        RoutingCandidate.Plan);

    /// <summary>The payment to decide on; null if the body cannot be used, which <paramref name="errors"/> then
    /// say.</summary>
    public static RoutedPayment? ReadPayment(Body body, TimeProvider time, InputErrors errors)
    {
        if (body.TryGet(Method, out var kind))
        {
            RefuseElsewhere(body, Flow, PaymentMethodKind.Upi, kind, errors);
            RefuseElsewhere(body, Network, PaymentMethodKind.Card, kind, errors);
            RefuseElsewhere(body, Bin, PaymentMethodKind.Card, kind, errors);
        }

        return errors.Any ? null : new RoutedPayment
        {
            Id = body.Get(Payment) ?? PaymentId.New(time),
            Amount = Money.Of(body.Get(PaymentFields.Amount), body.Get(PaymentFields.Currency)),
            Method = new PaymentMethod
            {
                Kind = kind,
                Flow = kind == PaymentMethodKind.Upi ? body.Get(Flow) ?? UpiFlow.Intent : null,
                CardNetwork = body.Get(Network),
            },
            CardBin = body.Get(Bin),
            Segment = body.Get(Segment),
            Tried = body.Get(Tried),
            Preferred = body.Get(Preferred),
        };
    }

    private static void RefuseElsewhere(
        Body body, Field field, PaymentMethodKind only, PaymentMethodKind kind, InputErrors errors)
    {
        if (kind != only && body.Has(field))
        {
            errors.Add(ErrorCode.InvalidField, field.Name, $"does not belong to method {PaymentNames.Of(kind)}");
        }
    }
}

/// <summary>The body of <c>POST /routing/replay</c>, and the command that it means.</summary>
internal static class ReplayRoutingRequest
{
    private const int DefaultLimit = 500;

    private static readonly Field<DateTimeOffset?> From =
        RoutingTexts.Time("created_from", "Only payments accepted at or after this time (RFC 3339).");

    private static readonly Field<DateTimeOffset?> To =
        RoutingTexts.Time("created_to", "Only payments accepted before this time (RFC 3339).");

    private static readonly Field<int> Limit = (Field.Integer(
        "limit",
        1,
        ReplayRouting.MaxLimit,
        $"How many payments at most, the newest first; {DefaultLimit} if it is left out.") with
    {
        Example = "500",
    }).Or(DefaultLimit);

    /// <summary>The body.</summary>
    public static readonly BodyShape Shape = new("ReplayRoutingRequest", From, To, Limit, RoutingCandidate.Plan);

    /// <summary>The command; null if the body cannot be used, which <paramref name="errors"/> then say.</summary>
    public static ReplayRouting? Read(Body body, InputErrors errors)
    {
        var plan = RoutingCandidate.Read(body, errors);
        return errors.Any ? null : new ReplayRouting
        {
            Plan = plan, From = body.Get(From), To = body.Get(To), Limit = body.Get(Limit),
        };
    }
}
