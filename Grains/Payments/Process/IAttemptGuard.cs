using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Payments.Process;

/// <summary>
/// Says whether an attempt to pay by card may start, and learns how it ended: the one place where a payment is held up
/// because it looks like fraud. It never decides by being late: what it does not know in time, it admits.
/// </summary>
public interface IAttemptGuard
{
    /// <summary>Admits an attempt, or says why not. What was admitted ends in <see cref="Record"/>.</summary>
    ValueTask<AttemptAdmission> CheckAsync(AttemptFacts attempt);

    /// <summary>How an admitted attempt ended. It returns at once and never fails.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="customer">The customer, where the merchant's server named it.</param>
    /// <param name="subjects">As the attempt was admitted.</param>
    /// <param name="end">How it ended.</param>
    void Record(PaymentKey payment, string? customer, AttemptSubjects subjects, AttemptEnd end);
}

/// <summary>What is known of an attempt to pay by card, before it starts.</summary>
public sealed record AttemptFacts
{
    /// <summary>The payment.</summary>
    public required PaymentKey Payment { get; init; }

    /// <summary>What it is paid with.</summary>
    public required PaymentMethod Method { get; init; }

    /// <summary>The card's number, if it was typed.</summary>
    public CardNumber? Card { get; init; }

    /// <summary>The payer's browser; null for a request of the merchant's server.</summary>
    public PayerBrowser? Browser { get; init; }

    /// <summary>The customer, where the merchant's server named it.</summary>
    public string? Customer { get; init; }
}

/// <summary>What the guard says of an attempt.</summary>
public sealed record AttemptAdmission
{
    /// <summary>Why it may not start now, and when it may; null if it may.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>What the attempt stores, so that its end counts for the same; null if nothing.</summary>
    public AttemptSubjects? Subjects { get; init; }
}

/// <summary>How an attempt ended, as far as the guard counts it.</summary>
[GenerateSerializer, Alias("attempt-end")]
public enum AttemptEnd
{
    /// <summary>It says nothing of the payer: it was not sent, timed out, was given up, or failed by the provider, the
    /// merchant or the engine.</summary>
    NotCounted = 1,

    /// <summary>The money is reserved or captured.</summary>
    Successful = 2,

    /// <summary>The customer's bank declined, or the customer did not authenticate.</summary>
    Unsuccessful = 3,
}
