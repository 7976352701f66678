using PaymentCluster.Grains.Abstractions.Audit;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Vault;
using PaymentCluster.Grains.Audit;

namespace PaymentCluster.Grains.Vault;

/// <inheritdoc cref="IVaultGrain"/>
public sealed class VaultGrain(IVaultRotation rotation, IAuditTrail trail, TimeProvider time) : Grain, IVaultGrain
{
    // Well below the response timeout of grain calls.
    private static readonly TimeSpan Share = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<Reply<VaultStatus>> Status() =>
        rotation.IsOpen ? Reply<VaultStatus>.Of(await rotation.StatusAsync()) : NoVault();

    /// <inheritdoc/>
    public async Task<Reply<VaultStatus>> Rotate(bool newKeys)
    {
        if (!rotation.IsOpen)
        {
            return NoVault();
        }

        // Should this process die, the trail's keeper closes the change; how far the rotation is, the rows say.
        var change = await trail.BeginAsync(
            IAuditGrain.Installation, AuditAction.VaultRotated, subject: null, newKeys ? "new keys" : "continued");
        var began = time.GetTimestamp();
        if (newKeys)
        {
            await rotation.BeginAsync();
        }

        while (time.GetElapsedTime(began) < Share && await rotation.StepAsync())
        {
            // Each step is durable on its own.
        }

        await trail.EndAsync(change, AuditOutcome.Done, Actor.Current ?? Actor.Unknown);
        return Reply<VaultStatus>.Of(await rotation.StatusAsync());
    }

    private static Reply<VaultStatus> NoVault() => Reply<VaultStatus>.Refused(
        Refusal.Of(
            ErrorCode.NotFound, "This installation has no vault: ConnectionStrings:PaymentClusterVault is not set."));
}
