using Orleans.Concurrency;
using PaymentCluster.Grains.Abstractions.Audit;

namespace PaymentCluster.Grains.Audit;

/// <summary>A trail, read from the store. What payments have queued is linked first, so that a reader sees its own
/// changes.</summary>
[StatelessWorker, Reentrant]
public sealed class AuditGrain(AuditReader reader, AuditWriter writer) : Grain, IAuditGrain
{
    /// <inheritdoc/>
    public async Task<AuditPage> List(AuditQuery query)
    {
        var page = await reader.ListAsync(this.GetPrimaryKeyString(), query);
        if (page.Unlinked == 0)
        {
            return page;
        }

        await writer.LinkForReaderAsync(this.GetPrimaryKeyString());
        return await reader.ListAsync(this.GetPrimaryKeyString(), query);
    }

    /// <inheritdoc/>
    public Task<AuditVerification> Verify() => reader.VerifyAsync(this.GetPrimaryKeyString());
}
