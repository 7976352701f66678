using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Gateway.Api.Payments;

/// <summary>How a payment is to be read: what the caller already has, and how long it waits for something
/// else.</summary>
internal readonly record struct PaymentRead
{
    /// <summary>How long to wait; zero not to.</summary>
    public TimeSpan Wait { get; private init; }

    private IfNoneMatch Known { get; init; }

    private int? After { get; init; }

    /// <summary>Reads <c>wait</c>, <c>after</c> and <c>If-None-Match</c>.</summary>
    /// <exception cref="ProblemException">One is malformed.</exception>
    public static PaymentRead Of(HttpContext http)
    {
        var errors = new InputErrors();
        var after = QueryReader.Integer(http, PaymentOperations.After, -1, errors);
        var read = new PaymentRead
        {
            Wait = TimeSpan.FromSeconds(QueryReader.Integer(http, PaymentOperations.Wait, 0, errors)),
            After = after >= 0 ? after : null,
            Known = IfNoneMatch.Read(http, errors),
        };
        return errors.Any ? throw new ProblemException(errors) : read;
    }

    /// <summary>Whether the caller has this version already and gets a 304.</summary>
    public bool IsKnown(PaymentView view) => Known.Has(view.Version);

    /// <summary>Whether this is what the caller waits for: another version than the one it has; where it names none,
    /// that the payment is not pending.</summary>
    public bool IsAwaited(PaymentView view) => Known.IsGiven || After is not null
        ? !IsKnown(view) && !(view.Version <= After)
        : view.Status != PaymentStatus.Pending;
}
