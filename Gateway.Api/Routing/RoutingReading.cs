using System.Collections.Immutable;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;

namespace PaymentCluster.Gateway.Api.Routing;

/// <summary>From the bodies of the routing calls to what they mean.</summary>
internal static class RoutingReading
{
    /// <summary>A plan; what is wrong with it stands in <paramref name="errors"/>.</summary>
    public static RoutingPlan ReadPlan(Body body, string path, InputErrors errors) => new()
    {
        Rules = [.. body.List("rules").Select((rule, at) => ReadRule(rule, $"{path}rules[{at}]", errors))],
        DefaultOrder = body.Texts("default_order"),
        Off = body.Texts("off"),
    };

    /// <summary>The plan that a body brings along; null if it brings none.</summary>
    public static RoutingPlan? ReadCandidate(Body body, InputErrors errors) =>
        body.Object("routing") is { } plan ? ReadPlan(plan, "routing.", errors) : null;

    /// <summary>The payment to decide on; null if the body cannot be used.</summary>
    public static RoutedPayment? ReadPayment(Body body, TimeProvider time, InputErrors errors)
    {
        var id = PaymentId.New(time);
        if (body.Text("payment_id") is { } text && !PaymentId.TryParse(text, out id))
        {
            errors.Add(ErrorCode.InvalidField, "payment_id", "must be a payment's id");
        }

        if (!Currency.TryParse(body.Text("currency"), out var currency) && body.Text("currency") is not null)
        {
            errors.Add(ErrorCode.CurrencyUnknown, "currency", "must be an ISO 4217 code such as INR");
        }

        var method = body.Text("method");
        Belongs("upi_flow", PaymentMethodKind.Upi);
        Belongs("card_network", PaymentMethodKind.Card);
        Belongs("card_bin", PaymentMethodKind.Card);
        if (errors.Any || PaymentNames.Parse<PaymentMethodKind>(method!, PaymentNames.Of) is not { } kind)
        {
            return null;
        }

        var flow = body.Text("upi_flow") is { } word ? PaymentNames.Parse<UpiFlow>(word, PaymentNames.Of) : UpiFlow.Intent;
        return new RoutedPayment
        {
            Id = id,
            Amount = Money.Of(body.Integer("amount")!.Value, currency),
            Method = new PaymentMethod
            {
                Kind = kind,
                Flow = kind == PaymentMethodKind.Upi ? flow : null,
                CardNetwork = body.Text("card_network"),
            },
            CardBin = body.Text("card_bin"),
            Segment = body.Text("segment"),
            Tried = body.Texts("tried"),
            Preferred = body.Texts("preferred_providers"),
        };

        void Belongs(string member, PaymentMethodKind to)
        {
            if (body.Text(member) is not null && method is not null && method != PaymentNames.Of(to))
            {
                errors.Add(ErrorCode.InvalidField, member, $"does not belong to method {method}");
            }
        }
    }

    /// <summary>An instant in a body; null if it says none, or none that can be used.</summary>
    public static DateTimeOffset? ReadTime(Body body, string name, InputErrors errors)
    {
        if (body.Text(name) is not { } text)
        {
            return null;
        }

        if (QueryReader.TryReadTime(text, out var time))
        {
            return time;
        }

        errors.Add(ErrorCode.InvalidField, name, "must be a time such as 2026-11-20T09:30:00Z");
        return null;
    }

    private static RoutingRule ReadRule(Body rule, string path, InputErrors errors) => new()
    {
        Name = rule.Text("name") ?? "",
        When = rule.Object("when") is { } when ? ReadCondition(when) : new RoutingCondition(),
        Use = rule.Object("use") is { } use ? ReadTarget(use, $"{path}.use", errors) : new RoutingTarget(),
    };

    private static RoutingCondition ReadCondition(Body when) => new()
    {
        Methods = Members<PaymentMethodKind>(when.Texts("methods"), PaymentNames.Of),
        UpiFlows = Members<UpiFlow>(when.Texts("upi_flows"), PaymentNames.Of),
        Currencies = when.Texts("currencies"),
        AmountFromMinor = when.Integer("amount_from"),
        AmountToMinor = when.Integer("amount_to"),
        CardNetworks = when.Texts("card_networks"),
        CardBins = when.Texts("card_bins"),
        Segments = when.Texts("segments"),
    };

    private static RoutingTarget ReadTarget(Body use, string path, InputErrors errors)
    {
        var (order, split, best) = (use.Texts("order"), use.List("split"), use.Object("success_rate"));
        var ways = (order.IsEmpty ? 0 : 1) + (split.IsEmpty ? 0 : 1) + (best is null ? 0 : 1);
        if (ways != 1 && !errors.Any)
        {
            errors.Add(ErrorCode.InvalidField, path, "must have exactly one of order, split and success_rate");
        }

        return best is not null ? new RoutingTarget
        {
            Strategy = RoutingStrategy.SuccessRate,
            Providers = Shares(best.Texts("providers")),
            ExplorePercent = (int)(best.Integer("explore_percent") ?? RoutingTarget.DefaultExplorePercent),
        }
        : !split.IsEmpty ? new RoutingTarget
        {
            Strategy = RoutingStrategy.Split,
            Providers = [.. split.Select(share => new RoutingShare
            {
                Provider = share.Text("provider") ?? "", Weight = (int)(share.Integer("weight") ?? 1),
            })],
        }
        : new RoutingTarget { Providers = Shares(order) };
    }

    private static ImmutableArray<RoutingShare> Shares(ImmutableArray<string> providers) =>
        [.. providers.Select(provider => new RoutingShare { Provider = provider })];

    private static ImmutableArray<T> Members<T>(ImmutableArray<string> words, Func<T, string> name)
        where T : struct, Enum => [.. words.Select(word => PaymentNames.Parse(word, name)!.Value)];
}
