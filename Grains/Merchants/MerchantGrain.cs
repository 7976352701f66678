using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Routing;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Merchants;

/// <inheritdoc cref="IMerchantGrain"/>
/// <param name="state">What is stored.</param>
/// <param name="services">What all merchants share.</param>
public sealed class MerchantGrain(
    [PersistentState("merchant", MerchantsRegistration.Storage)] IPersistentState<MerchantDocument> state,
    MerchantServices services) : Grain, IMerchantGrain, IMerchantHost
{
    private MerchantProcess _process = null!;

    private string Id => this.GetPrimaryKeyString();

    /// <inheritdoc/>
    MerchantDocument? IMerchantHost.Document => Document;

    private MerchantDocument? Document => state.RecordExists ? state.State : null;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _process = new MerchantProcess(Id, this, services);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<Reply<MerchantView>> Put(PutMerchant command) => CompleteAsync(_process.PutAsync(command));

    /// <inheritdoc/>
    public Task<MerchantView?> Get() => CompleteAsync(_process.ViewAsync());

    /// <inheritdoc/>
    public Task<Reply<NewApiKey>> CreateKey(ApiKeyScope scope) => CreateKey(new CreateApiKey { Scope = scope });

    /// <inheritdoc/>
    public Task<Reply<NewApiKey>> CreateKey(CreateApiKey command) => CompleteAsync(_process.CreateKeyAsync(command));

    /// <inheritdoc/>
    public Task<Reply<NewApiKey>> RotateKey(RotateApiKey command) => CompleteAsync(_process.RotateKeyAsync(command));

    /// <inheritdoc/>
    public Task<Reply<MerchantView>> RevokeKey(string keyId, RequestKey? request = null) =>
        CompleteAsync(_process.RevokeKeyAsync(keyId, request));

    /// <inheritdoc/>
    public Task<Reply<OrderTokenKeys>> RotateOrderTokenKey(TimeSpan overlap, RequestKey? request = null) =>
        CompleteAsync(_process.RotateOrderTokenKeyAsync(overlap, request));

    /// <inheritdoc/>
    public Task<Reply<MerchantView>> PutCredentials(
        string provider, ImmutableDictionary<string, Secret> values, bool? isSameAccount = null) =>
        CompleteAsync(_process.PutCredentialsAsync(provider, values, isSameAccount));

    /// <inheritdoc/>
    public Task<Reply<MerchantView>> DeleteCredentials(string provider) =>
        CompleteAsync(_process.DeleteCredentialsAsync(provider));

    /// <inheritdoc/>
    public Task<RoutingView?> Routing() =>
        CompleteAsync(Task.FromResult(Document is { } merchant ? MerchantMapping.View(merchant.Routing) : null));

    /// <inheritdoc/>
    public Task<Reply<RoutingView>> PutRouting(PutRouting command) => CompleteAsync(_process.PutRoutingAsync(command));

    /// <inheritdoc/>
    public async Task NotePreferences()
    {
        await _process.NotePreferencesAsync();
        DeactivateIfUnknown();
    }

    /// <inheritdoc/>
    public Task<MerchantSettings?> Settings() => CompleteAsync(_process.SettingsAsync());

    /// <inheritdoc/>
    public async Task CloseChanges()
    {
        await _process.CloseChangesAsync(suspect: true);
        DeactivateIfUnknown();
    }

    /// <inheritdoc/>
    async Task IMerchantHost.WriteAsync(MerchantDocument next)
    {
        var before = state.State;
        state.State = next;
        try
        {
            await state.WriteStateAsync();
        }
        catch
        {
            // Whether it was written is not known: read it again before anything is decided on it.
            state.State = before;
            DeactivateOnIdle();
            throw;
        }
        finally
        {
            services.Directory.Invalidate(Id);
        }
    }

    /// <inheritdoc/>
    IApiKeyGrain IMerchantHost.KeyOf(string hash) =>
        GrainFactory.Grain<IApiKeyGrain>(ApiKeyFormat.GrainKey(hash));

    private async Task<T> CompleteAsync<T>(Task<T> call)
    {
        var result = await call;
        DeactivateIfUnknown();
        return result;
    }

    // Calls to merchants that do not exist must not fill the memory.
    private void DeactivateIfUnknown()
    {
        if (Document is null)
        {
            DeactivateOnIdle();
        }
    }
}
