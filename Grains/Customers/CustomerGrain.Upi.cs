using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;

namespace PaymentCluster.Grains.Customers;

// UPI ids.
public sealed partial class CustomerGrain
{
    private readonly UpiChecks _checks = new(providers, options.Value, time);

    /// <inheritdoc/>
    public Task<Reply<UpiIdView>> ValidateUpi(string vpa) => Known is null
        ? Task.FromResult(Refuse<UpiIdView>(Unknown()))
        : _checks.AskAsync(_merchant, vpa);

    /// <inheritdoc/>
    public async Task<Reply<SavedUpiView>> SaveUpi(string vpa)
    {
        if (Known is not { } known)
        {
            return Refuse<SavedUpiView>(Unknown());
        }

        if (known.UpiIds.FirstOrDefault(upi => upi.Vpa == vpa) is { } saved)
        {
            return Reply<SavedUpiView>.Of(CustomerDecider.View(saved));
        }

        if (known.UpiIds.Length >= CustomerDecider.MaxSaved)
        {
            return Refuse<SavedUpiView>(TooMany("UPI ids"));
        }

        var added = new StoredUpiId { Id = NewId("upi_"), Vpa = vpa, SavedAt = Now() };
        await StoreAsync(CustomerDecider.AddUpiId(known, added));
        return Reply<SavedUpiView>.Of(CustomerDecider.View(added));
    }

    /// <inheritdoc/>
    public async Task<Reply<WalletView>> DeleteUpi(string id)
    {
        if (Known is not { } known)
        {
            return Refuse<WalletView>(Unknown());
        }

        if (known.UpiIds.All(upi => upi.Id != id))
        {
            return Refuse<WalletView>(Refusal.Of(ErrorCode.InstrumentNotFound, "The customer has no such saved UPI id.", "id"));
        }

        await StoreAsync(CustomerDecider.RemoveUpiId(known, id));
        return Wallet();
    }
}
