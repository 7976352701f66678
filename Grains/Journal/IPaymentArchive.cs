using Npgsql;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Journal;

/// <summary>Where the events of archived payments are.</summary>
public interface IPaymentArchive
{
    /// <summary>Puts an archived payment back into the store: its events, transfers, outbox rows and keys.</summary>
    /// <param name="connection">A connection of the application's.</param>
    /// <param name="payment">The payment.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>False where the archives are not within this process's reach, or none has the payment.</returns>
    /// <exception cref="JournalUnavailableException">The archives are unavailable.</exception>
    Task<bool> RestoreAsync(NpgsqlConnection connection, Guid payment, CancellationToken cancellation = default);
}
