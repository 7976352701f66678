using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Gateway.Api.Routing;

/// <summary>A merchant's routing.</summary>
public sealed record RoutingResponse
{
    /// <summary>The number of changes; 0 if there was none. The response's ETag is the same.</summary>
    public required int Version { get; init; }

    /// <summary>When it was set; null if it was not.</summary>
    public required DateTime? UpdatedAt { get; init; }

    /// <summary>The plan, in the form that PUT takes.</summary>
    public required RoutingPlanResponse Routing { get; init; }
}

/// <summary>A routing plan.</summary>
public sealed record RoutingPlanResponse
{
    /// <summary>The rules, the most important first.</summary>
    public required RoutingRuleResponse[] Rules { get; init; }

    /// <summary>The order of providers after the rules; alphabetical if it is empty.</summary>
    public required string[] DefaultOrder { get; init; }

    /// <summary>Providers that get no new attempts.</summary>
    public required string[] Off { get; init; }
}

/// <summary>A rule.</summary>
public sealed record RoutingRuleResponse
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Which payments it applies to; an empty list does not restrict.</summary>
    public required RoutingConditionResponse When { get; init; }

    /// <summary>The providers that it chooses.</summary>
    public required RoutingTargetResponse Use { get; init; }
}

/// <summary>Which payments a rule applies to.</summary>
public sealed record RoutingConditionResponse
{
    /// <summary>Kinds of instrument.</summary>
    public required string[] Methods { get; init; }

    /// <summary>UPI flows.</summary>
    public required string[] UpiFlows { get; init; }

    /// <summary>Currencies.</summary>
    public required string[] Currencies { get; init; }

    /// <summary>The least amount.</summary>
    public required long? AmountFrom { get; init; }

    /// <summary>The greatest amount.</summary>
    public required long? AmountTo { get; init; }

    /// <summary>Card networks.</summary>
    public required string[] CardNetworks { get; init; }

    /// <summary>First digits of cards.</summary>
    public required string[] CardBins { get; init; }

    /// <summary>Segments of customers.</summary>
    public required string[] Segments { get; init; }
}

/// <summary>The providers that a rule chooses: one of three strategies.</summary>
public sealed record RoutingTargetResponse
{
    /// <summary>The first that can take the payment, in this order.</summary>
    public required string[]? Order { get; init; }

    /// <summary>By weight.</summary>
    public required RoutingShareResponse[]? Split { get; init; }

    /// <summary>The one with the best score.</summary>
    public required RoutingSuccessRateResponse? SuccessRate { get; init; }
}

/// <summary>A provider's share in a split.</summary>
public sealed record RoutingShareResponse
{
    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Its weight against the others'.</summary>
    public required int Weight { get; init; }
}

/// <summary>A choice by score.</summary>
public sealed record RoutingSuccessRateResponse
{
    /// <summary>The providers to choose from.</summary>
    public required string[] Providers { get; init; }

    /// <summary>The share of payments that explore, in per cent.</summary>
    public required int ExplorePercent { get; init; }
}

/// <summary>What would be decided about a payment.</summary>
public sealed record RoutingEvaluationResponse
{
    /// <summary>The provider; null if none can take the payment.</summary>
    public required string? Provider { get; init; }

    /// <summary>The id from which random choices were derived.</summary>
    public required string PaymentId { get; init; }

    /// <summary>The decision about each provider.</summary>
    public required RoutingNoteResponse[] Providers { get; init; }
}

/// <summary>The decision about one provider.</summary>
public sealed record RoutingNoteResponse
{
    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The decision.</summary>
    public required string Verdict { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}

/// <summary>What would have been decided about past payments.</summary>
public sealed record RoutingReplayResponse
{
    /// <summary>The number of payments examined, by their first attempt.</summary>
    public required int Examined { get; init; }

    /// <summary>Whether there are more in that period.</summary>
    public required bool HasMore { get; init; }

    /// <summary>The number of payments that would have gone to another provider.</summary>
    public required int Changed { get; init; }

    /// <summary>The number of payments that no provider would have taken.</summary>
    public required int Nowhere { get; init; }

    /// <summary>The number of card payments that could not be decided, because the plan uses first digits, which are
    /// not stored.</summary>
    public required int BinUnknown { get; init; }

    /// <summary>Each provider's payments.</summary>
    public required ReplayCountResponse[] Providers { get; init; }

    /// <summary>The newest payments that would have gone to another provider.</summary>
    public required ReplayChangeResponse[] Sample { get; init; }
}

/// <summary>A provider's payments in a replay.</summary>
public sealed record ReplayCountResponse
{
    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The number of payments that went there.</summary>
    public required int Then { get; init; }

    /// <summary>The number of payments that would go there.</summary>
    public required int Now { get; init; }
}

/// <summary>A payment that would have gone to another provider.</summary>
public sealed record ReplayChangeResponse
{
    /// <summary>The payment.</summary>
    public required string PaymentId { get; init; }

    /// <summary>The order.</summary>
    public required string OrderId { get; init; }

    /// <summary>The provider that it went to.</summary>
    public required string Then { get; init; }

    /// <summary>The provider that it would go to; null for none.</summary>
    public required string? Now { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}

/// <summary>From the grains' views to the API's responses.</summary>
internal static class RoutingMapping
{
    /// <summary>The names of verdicts.</summary>
    public static readonly Words<RoutingVerdict> Verdicts = new(NameOf);

    private static string NameOf(RoutingVerdict verdict) => verdict switch
    {
        RoutingVerdict.Chosen => "chosen",
        RoutingVerdict.PassedOver => "passed_over",
        RoutingVerdict.NotNeeded => "not_needed",
    };

    public static RoutingResponse ToResponse(RoutingView view) => new()
    {
        Version = view.Version,
        UpdatedAt = view.UpdatedAt?.UtcDateTime,
        Routing = new RoutingPlanResponse
        {
            Rules = [.. view.Plan.Rules.Select(ToResponse)],
            DefaultOrder = [.. view.Plan.DefaultOrder],
            Off = [.. view.Plan.Off],
        },
    };

    public static RoutingEvaluationResponse ToResponse(RoutingEvaluation evaluation, PaymentId payment) => new()
    {
        Provider = evaluation.Provider,
        PaymentId = payment.ToString(),
        Providers = [.. evaluation.Notes.Select(note => new RoutingNoteResponse
        {
            Provider = note.Provider, Verdict = NameOf(note.Verdict), Reason = note.Reason,
        })],
    };

    public static RoutingReplayResponse ToResponse(RoutingReplay replay) => new()
    {
        Examined = replay.Examined,
        HasMore = replay.HasMore,
        Changed = replay.Changed,
        Nowhere = replay.Nowhere,
        BinUnknown = replay.BinUnknown,
        Providers = [.. replay.Providers.Select(count => new ReplayCountResponse
        {
            Provider = count.Provider, Then = count.Then, Now = count.Now,
        })],
        Sample = [.. replay.Sample.Select(change => new ReplayChangeResponse
        {
            PaymentId = change.Payment.ToString(),
            OrderId = change.OrderId,
            Then = change.Then,
            Now = change.Now,
            Reason = change.Reason,
        })],
    };

    private static RoutingRuleResponse ToResponse(RoutingRule rule) => new()
    {
        Name = rule.Name,
        When = new RoutingConditionResponse
        {
            Methods = [.. rule.When.Methods.Select(PaymentNames.Of)],
            UpiFlows = [.. rule.When.UpiFlows.Select(PaymentNames.Of)],
            Currencies = [.. rule.When.Currencies],
            AmountFrom = rule.When.AmountFromMinor,
            AmountTo = rule.When.AmountToMinor,
            CardNetworks = [.. rule.When.CardNetworks],
            CardBins = [.. rule.When.CardBins],
            Segments = [.. rule.When.Segments],
        },
        Use = ToResponse(rule.Use),
    };

    private static RoutingTargetResponse ToResponse(RoutingTarget use)
    {
        string[] names = [.. use.Providers.Select(share => share.Provider)];
        return new RoutingTargetResponse
        {
            Order = use.Strategy == RoutingStrategy.Order ? names : null,
            Split = use.Strategy == RoutingStrategy.Split
                ? [.. use.Providers.Select(share => new RoutingShareResponse
                {
                    Provider = share.Provider, Weight = share.Weight,
                })]
                : null,
            SuccessRate = use.Strategy != RoutingStrategy.SuccessRate ? null : new RoutingSuccessRateResponse
            {
                Providers = names, ExplorePercent = use.ExplorePercent,
            },
        };
    }
}
