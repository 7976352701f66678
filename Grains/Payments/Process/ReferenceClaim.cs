using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>
/// A payment of a provider's pays one attempt of a merchant's: the first that books it. The commit that books it claims
/// its reference as a request claims its idempotency key, in the same table and under the same rule: one holder.
/// </summary>
/// <param name="key">The payment.</param>
internal sealed class ReferenceClaim(PaymentKey key)
{
    // No client's key has a space.
    private const string Purpose = "reference";

    private bool _isOurs;
    private string? _claimed;

    /// <summary>The reference that another attempt has booked; null if none has.</summary>
    public string? Taken { get; private set; }

    /// <summary>What the commit of these events claims; null if they book nothing that was not booked before.</summary>
    /// <param name="before">The state that was decided on.</param>
    /// <param name="events">The events.</param>
    public RequestKey? Of(PaymentState? before, ImmutableArray<PaymentEvent> events)
    {
        _claimed = null;
        foreach (var happened in _isOurs || before is null ? [] : events)
        {
            if (Booked(happened) is (var number, { } reference)
                && before!.Attempts[number - 1] is { Phase: AttemptPhase.Open or AttemptPhase.Failed } attempt)
            {
                _claimed = reference;
                var id = new AttemptId { Payment = key.Payment, Number = number };
                return new RequestKey
                {
                    // A digest, because a reference is the provider's and may have any length.
                    Key = $"{Purpose} {attempt.Provider} {Digest(reference)[..32]}",
                    Fingerprint = Digest(id.ToString()),
                };
            }
        }

        return null;
    }

    /// <summary>Takes in that the reference is claimed already: by another attempt, or earlier by this one, which was
    /// released or failed since.</summary>
    /// <param name="state">The state that was decided on.</param>
    /// <param name="holder">The payment that claimed it.</param>
    public void Meet(PaymentState state, PaymentId holder)
    {
        _isOurs = holder == key.Payment
            && state.Attempts.Count(attempt => attempt.ProviderReference == _claimed) <= 1;
        Taken = _isOurs ? null : _claimed;
    }

    private static (int Attempt, string? Reference)? Booked(PaymentEvent happened) => happened switch
    {
        PaymentAuthorized e => (e.Attempt, e.ProviderReference),
        PaymentCaptured e => (e.Attempt, e.ProviderReference),
        SurplusCaptured e => (e.Attempt, e.ProviderReference),
        _ => null,
    };

    private static string Digest(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
