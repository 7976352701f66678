using System.Security.Cryptography;
using System.Text;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Customers;

// Wallets that are linked by the customer's consent on the provider's page. Coming back from there proves nothing, it is a
// reason to ask; and whoever reads the wallet asks as well, so that a browser that never comes back loses nothing.
public sealed partial class CustomerGrain
{
    // A second click, or a request that is sent again, leads to the page that is open already.
    private static readonly TimeSpan PageIsFresh = TimeSpan.FromMinutes(15);

    /// <inheritdoc/>
    public async Task<WalletReturn?> WalletReturned(string wallet, string nonce)
    {
        if (Known is null || WalletOf(wallet) is not { Page: { } page } known || !IsNonce(page, nonce))
        {
            LeaveIfUnknown();
            return null;
        }

        if (known.LinkedAt is not null)
        {
            return new WalletReturn { Status = WalletLinkStatus.Linked, ReturnUrl = page.ReturnUrl };
        }

        var reply = await CompleteAsync(known);
        return new WalletReturn
        {
            Status = reply switch
            {
                { Value.Linked: true } => WalletLinkStatus.Linked,
                { Refusal.Code: ErrorCode.ProviderRefused } => WalletLinkStatus.Declined,
                _ => WalletLinkStatus.Pending,
            },
            ReturnUrl = page.ReturnUrl,
        };
    }

    private bool IsFresh(StoredWallet waiting, LinkWallet command) =>
        waiting.Page is { } page && page.ReturnUrl == command.ReturnUrl && Now() - page.AskedAt < PageIsFresh;

    private async Task<ProviderAnswer<StoredWallet>?> RequestConsentAsync(
        ProviderSeat<ILinkedWallets> seat, IWalletsByConsent capability, LinkWallet command)
    {
        if (!capability.ConsentWallets.Contains(command.Wallet))
        {
            return null;
        }

        var nonce = NewId("");
        var answer = await capability.RequestWalletConsentAsync(
            new WalletRequest { Wallet = command.Wallet, Customer = Person() },
            new Uri(payments.Value.PublicUrl, $"/return/{_merchant}/wallets/{Uri.EscapeDataString(_id)}/{command.Wallet}/{nonce}"),
            seat.Credentials);
        return answer is ProviderAnswer<WalletConsent>.Given { Value: var consent }
            ? new ProviderAnswer<StoredWallet>.Given(new StoredWallet
            {
                Wallet = command.Wallet,
                Provider = seat.Provider,
                Reference = consent.Reference,
                Page = new StoredConsentPage
                {
                    Url = consent.Url, Nonce = nonce, AskedAt = Now(), ReturnUrl = command.ReturnUrl,
                },
            })
            : answer.As<StoredWallet>();
    }

    // The provider first: a crash before the link is stored is made good by asking again, which answers the same link.
    private async Task<Reply<LinkedWalletView>> CompleteAsync(StoredWallet waiting)
    {
        if (await providers.FindAsync<IWalletsByConsent>(_merchant, waiting.Provider) is not { } seat)
        {
            return Refuse<LinkedWalletView>(ProviderGone("wallet"));
        }

        var answer = await seat.Capability.CompleteWalletConsentAsync(
            RequestOf(waiting, null, account: null), waiting.Reference, seat.Credentials);
        switch (answer)
        {
            case ProviderAnswer<ProviderWallet>.Given { Value: { Linked: true } given }:
                return Reply<LinkedWalletView>.Of(await TakeLinkAsync(waiting, given));
            case ProviderAnswer<ProviderWallet>.Given:
                return Reply<LinkedWalletView>.Of(CustomerDecider.View(waiting, balance: null));
            case ProviderAnswer<ProviderWallet>.Refused:
                // Nothing can come of the page any more.
                await StoreAsync(CustomerDecider.DropWallet(_stored!, waiting));
                return Refuse<LinkedWalletView>(ProviderDesk.RefusalOf(answer, "wallet"));
            default:
                return Refuse<LinkedWalletView>(ProviderDesk.RefusalOf(answer, "wallet"));
        }
    }

    private static bool IsNonce(StoredConsentPage page, string nonce) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(page.Nonce), Encoding.UTF8.GetBytes(nonce));
}
