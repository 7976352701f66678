using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Logs;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Grains.Audit;

/// <summary>Links the changes that payments queued, and has the owners of changes that stay open say how they ended.
/// Every silo runs one; what two of them do is done once.</summary>
/// <param name="reader">Reads trails.</param>
/// <param name="writer">Links entries.</param>
/// <param name="trail">Ends changes.</param>
/// <param name="grains">Leads to the owners.</param>
/// <param name="time">Paces it.</param>
/// <param name="logger">Says what is tried again.</param>
public sealed partial class AuditKeeper(
    AuditReader reader,
    AuditWriter writer,
    IAuditTrail trail,
    IGrainFactory grains,
    TimeProvider time,
    ILogger<AuditKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // Longer than a change takes.
    private static readonly TimeSpan OpenFor = TimeSpan.FromMinutes(1);

    // Longer than a process can be frozen without being taken for dead and losing its documents' versions.
    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromMinutes(10);

    private static readonly string Erased = AuditNames.Of(AuditAction.CustomerErased);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await KeepAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    /// <summary>One round.</summary>
    internal async Task KeepAsync()
    {
        try
        {
            foreach (var merchant in await reader.QueuedMerchantsAsync())
            {
                while (await writer.LinkQueuedAsync(merchant) == AuditWriter.Batch)
                {
                    // There may be more.
                }
            }

            foreach (var (change, age) in await reader.LongOpenAsync(OpenFor))
            {
                await CloseAsync(change, age);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Whatever it is: a silo must not end because of it.
            LogNotKept(exception);
        }
    }

    private async Task CloseAsync(AuditChange change, TimeSpan age)
    {
        if (change.Merchant == IAuditGrain.Installation)
        {
            // A rotation of the vault's keys: how far it is, the vault itself says.
            await GiveUpAsync(change, age);
        }
        else if (change.Action == Erased)
        {
            await CloseErasureAsync(change, age);
        }
        else
        {
            await grains.Grain<IMerchantGrain>(change.Merchant).CloseChanges();
        }
    }

    // A customer that is erased stays so until it is created again.
    private async Task CloseErasureAsync(AuditChange change, TimeSpan age)
    {
        var customer = await grains.Grain<ICustomerGrain>($"{change.Merchant}/{change.Subject}").Get();
        if (customer is { ErasedAt: not null })
        {
            await trail.EndAsync(change, AuditOutcome.Done, Actor.Engine);
        }
        else
        {
            await GiveUpAsync(change, age);
        }
    }

    private Task GiveUpAsync(AuditChange change, TimeSpan age) => age > GivenUpAfter
        ? trail.EndAsync(change, AuditOutcome.Interrupted, Actor.Engine)
        : Task.CompletedTask;

    [LoggerMessage(LogEvents.AuditNotKept, LogLevel.Warning, "The audit trail's upkeep failed and is tried again")]
    private partial void LogNotKept(Exception exception);
}
