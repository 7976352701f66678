using System.Globalization;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Ids;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Grains.Payments.Process;

namespace PaymentCluster.Grains.Risk;

/// <summary>
/// The guard against card testing: counts unsuccessful attempts by address, card, customer and key, and slows and then
/// blocks the next ones. An attempt of a payer's browser is counted for the whole cluster, before it starts. One of a
/// merchant's server costs no call: each silo counts what it sees, by card and customer, and keys too, because nothing
/// that all payments of a merchant pass is one activation.
/// </summary>
public sealed class AttemptGuard : IAttemptGuard
{
    // A merchant's attempts never pass one activation.
    private const int Parts = 16;

    private const int Capacity = 16_384;

    // Of client secrets and checkout pages: no key has such an id.
    private const string ClientSecrets = "client-secrets";

    private readonly IGrainFactory _grains;
    private readonly AttemptAlarms _alarms;
    private readonly AttemptGuardOptions _options;
    private readonly AttemptSubjectHash _hash;
    private readonly AttemptCounters _own;
    private readonly AttemptCounters _known;

    /// <summary>Makes the guard of one silo.</summary>
    /// <param name="grains">Leads to the counters.</param>
    /// <param name="alarms">Tells operators.</param>
    /// <param name="keys">The master keys, of which the key of the hashes is made.</param>
    /// <param name="options">The limits.</param>
    /// <param name="time">The clock.</param>
    public AttemptGuard(
        IGrainFactory grains,
        AttemptAlarms alarms,
        MasterKeys keys,
        IOptions<AttemptGuardOptions> options,
        TimeProvider time)
    {
        _grains = grains;
        _alarms = alarms;
        _options = options.Value;
        _hash = new AttemptSubjectHash(keys);
        _own = new AttemptCounters(_options, Capacity, time) { LimitsOf = _options.OfSilo, Blocked = alarms.Open };
        // What the cluster's counters said last, so that those who repeat what was refused reach no other silo.
        _known = new AttemptCounters(_options, Capacity, time);
        alarms.Watch(_own);
    }

    /// <inheritdoc/>
    public ValueTask<AttemptAdmission> CheckAsync(AttemptFacts attempt)
    {
        if (!_options.Enabled)
        {
            return new(new AttemptAdmission());
        }

        var merchant = attempt.Payment.Merchant;
        var subjects = new AttemptSubjects
        {
            Address = attempt.Browser is { } browser
                ? _hash.Of(merchant, AttemptSubjectKind.Address, browser.Address)
                : null,
            Key = attempt.Browser?.Key,
            Card = (attempt.Card?.Reveal() ?? attempt.Method.Saved) is { } card
                ? _hash.Of(merchant, AttemptSubjectKind.Card, card)
                : null,
        };
        var counted = attempt.Browser is null ? _own : _known;
        foreach (var subject in PayerOf(merchant, attempt.Customer, subjects))
        {
            if (counted.Find(subject) is { } restriction)
            {
                return new(Refuse(restriction));
            }
        }

        return attempt.Browser is null
            ? new(new AttemptAdmission { Subjects = subjects })
            : new(BeginAsync(attempt, subjects));
    }

    /// <inheritdoc/>
    public void Record(PaymentKey payment, string? customer, AttemptSubjects subjects, AttemptEnd end)
    {
        if (!_options.Enabled)
        {
            return;
        }

        var isOfServer = subjects.Address is null;
        if (!isOfServer)
        {
            _own.End(KeyOf(payment.Merchant, subjects), end);
        }

        foreach (var subject in PayerOf(payment.Merchant, customer, subjects))
        {
            if (isOfServer)
            {
                _own.End(subject, end);
            }
            else
            {
                EndLater(subject, end);
            }
        }
    }

    private async Task<AttemptAdmission> BeginAsync(AttemptFacts attempt, AttemptSubjects subjects)
    {
        var merchant = attempt.Payment.Merchant;
        if (_own.Begin(KeyOf(merchant, subjects)) is { } ofKey)
        {
            return Refuse(ofKey);
        }

        AttemptSubject[] payer = [.. PayerOf(merchant, attempt.Customer, subjects)];
        var found = await Task.WhenAll(payer.Select(subject => BeginAsync(subject, NameOf(subject.Kind, attempt))));
        // What holds longest: a time before that would be in vain.
        if (found.OfType<AttemptRestriction>().MaxBy(restriction => restriction.RetryAfter) is not { } worst)
        {
            return new AttemptAdmission { Subjects = subjects };
        }

        _own.End(KeyOf(merchant, subjects), AttemptEnd.NotCounted);
        foreach (var (subject, _) in payer.Zip(found).Where(pair => pair.Second is null))
        {
            EndLater(subject, AttemptEnd.NotCounted);
        }

        return Refuse(worst);
    }

    // What is not known in time holds up no payment.
    private async Task<AttemptRestriction?> BeginAsync(AttemptSubject subject, string? name)
    {
        try
        {
            return Note(subject, await CountersOf(subject).Begin(subject, name));
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException)
        {
            _alarms.Unchecked();
            return null;
        }
    }

    // Outside of the payment's turn, which does not wait for it.
    private void EndLater(AttemptSubject subject, AttemptEnd end) => _ = Task.Run(() => EndAsync(subject, end));

    private async Task EndAsync(AttemptSubject subject, AttemptEnd end)
    {
        try
        {
            Note(subject, await CountersOf(subject).End(subject, end));
        }
        catch (Exception exception) when (exception is TimeoutException or OrleansException)
        {
            _alarms.Unchecked();
        }
    }

    private AttemptRestriction? Note(AttemptSubject subject, AttemptRestriction? restriction)
    {
        _known.Note(subject, restriction);
        return restriction;
    }

    private AttemptAdmission Refuse(AttemptRestriction restriction)
    {
        _alarms.Refused(restriction);
        var code = restriction.IsBlocked ? ErrorCode.AttemptsBlocked : ErrorCode.TooManyAttempts;
        return new AttemptAdmission
        {
            Refusal = Refusal.Of(code, code.Entry().Meaning) with { RetryAfter = restriction.RetryAfter },
        };
    }

    private IAttemptCountersGrain CountersOf(AttemptSubject subject) => _grains.Grain<IAttemptCountersGrain>(
        string.Create(CultureInfo.InvariantCulture, $"{subject.Merchant}/{subject.Value[0] % Parts}"));

    private static AttemptSubject KeyOf(string merchant, AttemptSubjects subjects) =>
        new() { Merchant = merchant, Kind = AttemptSubjectKind.Key, Value = subjects.Key ?? ClientSecrets };

    // Whom an attempt is counted for, beside the key.
    private IEnumerable<AttemptSubject> PayerOf(string merchant, string? customer, AttemptSubjects subjects)
    {
        if (subjects.Address is { } address)
        {
            yield return new() { Merchant = merchant, Kind = AttemptSubjectKind.Address, Value = address };
        }

        if (subjects.Card is { } card)
        {
            yield return new() { Merchant = merchant, Kind = AttemptSubjectKind.Card, Value = card };
        }

        if (customer is not null)
        {
            yield return new()
            {
                Merchant = merchant,
                Kind = AttemptSubjectKind.Customer,
                Value = _hash.Of(merchant, AttemptSubjectKind.Customer, customer),
            };
        }
    }

    private static string? NameOf(AttemptSubjectKind kind, AttemptFacts attempt) => kind switch
    {
        AttemptSubjectKind.Address => attempt.Browser?.Address,
        AttemptSubjectKind.Customer => attempt.Customer,
        AttemptSubjectKind.Card or AttemptSubjectKind.Key => null,
    };
}
