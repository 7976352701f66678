using System.Collections.Immutable;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Providers;
using static PaymentCluster.Connectors.Contract.Outcomes;

namespace PaymentCluster.Connectors.AmazonPay;

// Linked wallets, which Amazon calls Saved Wallet: …/amazon-pay-paymentmethodonfile-setupintent and
// …/amazon-pay-paymentmethodonfile. The link is a charge permission; its id names the link and is what is charged.
public sealed partial class AmazonPayConnector : IWalletsByConsent
{
    private const string NoKey = "the credentials are malformed";

    /// <inheritdoc/>
    public ImmutableHashSet<string> ConsentWallets { get; } = [AmazonPayCapabilities.Wallet];

    /// <inheritdoc/>
    public async Task<ProviderResult<WalletConsent>> RequestWalletConsentAsync(
        WalletRequest request, Uri callback, ProviderCredentials credentials)
    {
        if (!AmazonPayAccount.TryOpen(credentials, out var account))
        {
            return new ProviderResult<WalletConsent>.Unavailable(NoKey);
        }

        using (account)
        {
            // Each page returns to an address of its own, so each page has an id of its own.
            var effect = $"link/{callback.AbsoluteUri}";
            var name = AmazonPayMapping.KeyOf(effect);
            var reply = await _api.ActAsync(
                account,
                new AmazonPayCall("wallet.request", name, HttpMethod.Post, "checkoutSessions", WindowOfOurs()),
                AmazonPayMapping.Setup(callback, account, name),
                AmazonPayJson.Default.CreateSession,
                effect);
            return AmazonPayApi.Read(
                reply, AmazonPayJson.Default.SessionEntity, session => AmazonPayMapping.Consent(session, _plainHttp));
        }
    }

    /// <inheritdoc/>
    public Task<ProviderResult<ProviderWallet>> CompleteWalletConsentAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) =>
        AboutAsync(reference, credentials, async account =>
            await CompleteSessionAsync(
                account, "wallet.complete", reference, reference, amount: null, WindowOfOurs()) switch
            {
                // A session that is a month old is deleted, and was cancelled long before.
                { IsMissing: true } => Over("Expired"),
                { Value.StatusDetails: { State: "Canceled", ReasonCode: var reason } } => Over(reason),
                { Value: { StatusDetails.State: "Completed", ChargePermissionId: var permission } } =>
                    AmazonPayMapping.IsId(permission)
                        ? Given(AmazonPayMapping.Wallet(permission, linked: true))
                        : Unavailable("the completed session names no charge permission"),
                { Value: not null } => Given(AmazonPayMapping.Wallet(reference, linked: false)),
                var response => Unavailable(response.Problem!),
            });

    /// <inheritdoc/>
    public Task<ProviderResult<ProviderWallet>> ReadWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) =>
        AboutAsync(reference, credentials, account => ReadWalletAsync(account, reference));

    /// <inheritdoc/>
    public Task<ProviderResult<bool>> UnlinkWalletAsync(
        WalletRequest request, string reference, ProviderCredentials credentials) =>
        AboutAsync(reference, credentials, async account =>
        {
            // A DELETE takes no idempotency key and needs none. Charges that are under way are their payments' matter.
            var reply = await _api.ActAsync(
                account,
                new AmazonPayCall(
                    "wallet.unlink", reference, HttpMethod.Delete, $"chargePermissions/{reference}/close",
                    WindowOfOurs()),
                new ClosePermission { ClosureReason = "The wallet was unlinked.", CancelPendingCharges = false },
                AmazonPayJson.Default.ClosePermission);
            var closed = AmazonPayApi.Read(
                reply, AmazonPayJson.Default.PermissionEntity,
                permission => AmazonPayMapping.Wallet(permission, reference));
            // "Already closed" is a refusal here and a success for us: the permission itself says which it is.
            var current = closed is ProviderResult<ProviderWallet>.Refused
                ? await ReadWalletAsync(account, reference)
                : closed;
            return current is ProviderResult<ProviderWallet>.Given { Value.Linked: var linked }
                ? new ProviderResult<bool>.Given(!linked)
                : current.As<bool>();
        });

    private static ProviderResult<ProviderWallet> Given(ProviderWallet wallet) =>
        new ProviderResult<ProviderWallet>.Given(wallet);

    private static ProviderResult<ProviderWallet> Over(string? reason) => new ProviderResult<ProviderWallet>.Refused(
        AmazonPayFailures.Of(reason, FailureCodes.Declined, FailureParty.Customer));

    private static ProviderResult<ProviderWallet> Unavailable(string reason) =>
        new ProviderResult<ProviderWallet>.Unavailable(reason);

    private static async Task<ProviderResult<T>> AboutAsync<T>(
        string reference, ProviderCredentials credentials, Func<AmazonPayAccount, Task<ProviderResult<T>>> query)
    {
        if (!AmazonPayMapping.IsId(reference))
        {
            return new ProviderResult<T>.Unavailable("the link's reference is malformed");
        }

        if (!AmazonPayAccount.TryOpen(credentials, out var account))
        {
            return new ProviderResult<T>.Unavailable(NoKey);
        }

        using (account)
        {
            return await query(account);
        }
    }

    private async Task<ProviderResult<ProviderWallet>> ReadWalletAsync(AmazonPayAccount account, string reference) =>
        await ReadPermissionAsync(account, reference, reference) switch
        {
            { IsMissing: true } => Given(AmazonPayMapping.Wallet(reference, linked: false)),
            { Value: { } permission } => Given(AmazonPayMapping.Wallet(permission, reference)!),
            var response => Unavailable(response.Problem!),
        };

    private async Task<AmazonPayResponse<PermissionEntity>> ReadPermissionAsync(
        AmazonPayAccount account, string reference, string id)
    {
        var response = await _api.QueryAsync(
            account, "query.permission", reference, $"chargePermissions/{id}", AmazonPayJson.Default.PermissionEntity);
        return response.Value is null || AmazonPayMapping.Wallet(response.Value, id) is null
            ? new AmazonPayResponse<PermissionEntity>(
                null, response.Problem ?? "the permission is unreadable")
            { IsMissing = response.IsMissing }
            : response;
    }

    private async Task<ProviderOutcome> QueryWalletAsync(
        AmazonPayAccount account, ChargeQuery query, LinkedCharge linked)
    {
        if (query.Completion is not { } window)
        {
            return Unknown("the charge's id is unknown, and Amazon finds the charge only by its own request");
        }

        return AmazonPayMapping.IsId(linked.Reference)
            ? OfRepeated(await ChargeWalletAsync(
                account, query.Attempt.ToString(), linked.Reference, query.Amount, linked.Capture, window,
                repeats: true))
            : Unknown("the wallet's link is malformed");
    }

    private async Task<ProviderOutcome> ChargeWalletAsync(
        AmazonPayAccount account,
        string attempt,
        string permission,
        Money amount,
        CaptureMode capture,
        SendWindow window,
        bool repeats = false)
    {
        if (!AmazonPayMapping.IsId(permission))
        {
            return Declined(new Failure
            {
                Code = FailureCodes.RequestRefused,
                Message = "The wallet's link is malformed.",
                Party = FailureParty.Engine,
            });
        }

        // Not the attempt's bare name, which is a session's: a key belongs to one request of one kind.
        var reply = await _api.ActAsync(
            account,
            new AmazonPayCall("charge.wallet", attempt, HttpMethod.Post, "charges", window),
            AmazonPayMapping.Charge(attempt, permission, amount, capture),
            AmazonPayJson.Default.CreateCharge,
            $"{attempt}/charge");
        var outcome = AmazonPayApi.Outcome(
            reply,
            AmazonPayJson.Default.ChargeEntity,
            charge => charge.ChargePermissionId == permission ? AmazonPayMapping.Outcome(charge, order: null) : null);
        return AmazonPayApi.ReasonOf(reply) switch
        {
            "DuplicateIdempotencyKey" => Unknown("another charge was requested under this idempotency key"),
            "InvalidChargePermissionStatus" => await OfUnchargeableAsync(account, attempt, permission, outcome),
            not null when repeats && !AmazonPayApi.IsFinalRefusal(reply) =>
                Unknown("the request was rejected before the charge was processed"),
            _ => outcome,
        };
    }

    // A permission cannot be charged while a charge of it is in progress, and that may be the very one: only another
    // reason says that there is none.
    private async Task<ProviderOutcome> OfUnchargeableAsync(
        AmazonPayAccount account, string attempt, string permission, ProviderOutcome refusal) =>
        await ReadPermissionAsync(account, attempt, permission) switch
        {
            { Value.StatusDetails.State: "Closed" } => refusal,
            { Value.StatusDetails: { State: "NonChargeable", Reasons: { Count: > 0 } reasons } }
                when reasons.All(reason => reason?.ReasonCode is not (null or "ChargeInProgress")) => refusal,
            var response => Unknown(response.Problem ?? "a charge of the wallet is in progress"),
        };
}
