using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>A request to a customer that its client named and sends again changes nothing more: neither here nor at a
/// provider.</summary>
public sealed class RepeatedRequestTests
{
    private static readonly RequestKey Request = Named("k1");
    private static readonly RequestKey OtherBody = Request with { Fingerprint = "g" };
    private static readonly LinkWallet Link = new() { Wallet = "quick", Request = Request };

    private readonly CustomerRig _rig = new("quick");

    [Fact]
    public async Task A_request_is_remembered_with_its_effect_and_later_changes_stay()
    {
        var put = new PutCustomer { Name = "Asha", Request = Request };
        Assert.False((await _rig.CallAsync(calls => calls.PutAsync(put))).Replayed);
        Assert.Equal("k1", Assert.Single(_rig.Stored.Requests).Key);
        await _rig.CallAsync(calls => calls.PutAsync(new PutCustomer { Name = "Later" }));
        _rig.Restart();
        var again = await _rig.CallAsync(calls => calls.PutAsync(put));
        Assert.Equal((true, "Later"), (again.Replayed, again.Value!.Name));
        var other = await _rig.CallAsync(calls => calls.PutAsync(put with { Request = OtherBody }));
        Assert.Equal(ErrorCode.IdempotencyKeyReused, other.Refusal?.Code);
    }

    [Fact]
    public async Task What_was_deleted_is_deleted_and_what_was_saved_is_found()
    {
        await _rig.PutAsync();
        var upi = await _rig.CallAsync(calls => calls.SaveUpiAsync("asha@bank", Request));
        var same = await _rig.CallAsync(calls => calls.SaveUpiAsync("asha@bank", Request));
        Assert.Equal((false, true, upi.Value), (upi.Replayed, same.Replayed, same.Value));
        // The same UPI ID under a name of its own is there already, and its name is taken all the same.
        Assert.False((await _rig.CallAsync(calls => calls.SaveUpiAsync("asha@bank", Named("k2")))).Replayed);
        Assert.True((await _rig.CallAsync(calls => calls.SaveUpiAsync("asha@bank", Named("k2")))).Replayed);

        Task<Reply<WalletView>> DeleteAsync() =>
            _rig.CallAsync(calls => calls.DeleteUpiAsync(upi.Value!.Id, Named("k3")));
        Assert.False((await DeleteAsync()).Replayed);
        var again = await DeleteAsync();
        Assert.True(again.Replayed && again.Value!.UpiIds.IsEmpty);
        // What it made is gone.
        var gone = await _rig.CallAsync(calls => calls.SaveUpiAsync("asha@bank", Request));
        Assert.Equal(ErrorCode.InstrumentNotFound, gone.Refusal?.Code);
        Assert.Empty(_rig.Stored.UpiIds);
    }

    [Fact]
    public async Task A_refused_request_is_not_remembered()
    {
        await _rig.PutAsync();
        var command = new PutWallet
        {
            Preferences = new WalletPreferences { DefaultInstrument = "upi_none" }, Request = Request,
        };
        var refused = await _rig.CallAsync(calls => calls.PutWalletAsync(command, () => Task.CompletedTask));
        Assert.Equal(ErrorCode.InvalidField, refused.Refusal?.Code);
        Assert.Empty(_rig.Stored.Requests);
        var corrected = command with { Preferences = new WalletPreferences(), Request = OtherBody };
        var done = await _rig.CallAsync(calls => calls.PutWalletAsync(corrected, () => Task.CompletedTask));
        Assert.Equal((null, false), (done.Refusal, done.Replayed));
    }

    [Fact]
    public async Task A_wallets_link_sends_one_password_also_after_a_restart()
    {
        await _rig.PutAsync();
        Assert.False((await _rig.CallAsync(calls => calls.LinkWalletAsync(Link))).Replayed);
        _rig.Restart();
        var again = await _rig.CallAsync(calls => calls.LinkWalletAsync(Link));
        Assert.Equal((true, false), (again.Replayed, again.Value!.Linked));
        Assert.Equal(1, Requested);

        var confirmed = await _rig.CallAsync(calls => calls.ConfirmWalletAsync("quick", new Secret("1"), Named("k2")));
        Assert.True(confirmed.Value!.Linked);
        var twice = await _rig.CallAsync(calls => calls.ConfirmWalletAsync("quick", new Secret("1"), Named("k2")));
        Assert.True(twice.Replayed && twice.Value!.Linked);
        Assert.Single(_rig["quick"].Calls, call => call == "confirm link_quick");
        Task<Reply<WalletView>> UnlinkAsync() => _rig.CallAsync(calls => calls.UnlinkWalletAsync("quick", Named("k3")));
        Assert.False((await UnlinkAsync()).Replayed);
        Assert.True((await UnlinkAsync()).Replayed);
        // Without a name, another request is another password.
        await _rig.CallAsync(calls => calls.LinkWalletAsync(Link with { Request = null }));
        Assert.Equal(2, Requested);
    }

    [Fact]
    public async Task A_request_that_runs_is_waited_for_by_the_same_request_and_refuses_another()
    {
        await _rig.PutAsync();
        _rig["quick"].Hold();
        var first = _rig.CallAsync(calls => calls.LinkWalletAsync(Link));
        await _rig["quick"].CalledAsync("register");
        var again = _rig.CallAsync(calls => calls.LinkWalletAsync(Link));
        var other = await _rig.CallAsync(calls => calls.LinkWalletAsync(Link with { Request = OtherBody }));
        Assert.Equal(ErrorCode.IdempotencyKeyReused, other.Refusal?.Code);
        Assert.False(again.IsCompleted);
        _rig["quick"].Release();
        Assert.Equal((false, true), ((await first).Replayed, (await again).Replayed));
        Assert.Equal((await first).Value, (await again).Value);
        Assert.Equal(1, Requested);
    }

    [Fact]
    public async Task A_request_whose_response_did_not_come_in_time_is_not_made_again()
    {
        await _rig.PutAsync();
        _rig["quick"].Hold();
        _rig.ResponseTimeout = CustomerRig.Short;
        var late = await _rig.CallAsync(calls => calls.LinkWalletAsync(Link));
        Assert.Equal(ErrorCode.Unavailable, late.Refusal?.Code);
        _rig.ResponseTimeout = CustomerRig.Long;
        var again = _rig.CallAsync(calls => calls.LinkWalletAsync(Link));
        _rig["quick"].Release();
        Assert.NotNull((await again).Value);
        Assert.Equal(1, Requested);
    }

    [Fact]
    public async Task A_request_that_a_provider_failed_is_made_again()
    {
        await _rig.PutAsync();
        _rig["quick"].IsAway = true;
        Assert.NotNull((await _rig.CallAsync(calls => calls.LinkWalletAsync(Link))).Refusal);
        Assert.Empty(_rig.Stored.Requests);
        _rig["quick"].IsAway = false;
        var again = await _rig.CallAsync(calls => calls.LinkWalletAsync(Link));
        Assert.Equal((null, false), (again.Refusal, again.Replayed));
        Assert.Equal("k1", Assert.Single(_rig.Stored.Requests).Key);
    }

    [Fact]
    public async Task A_card_is_saved_once()
    {
        await _rig.PutAsync();
        var command = CustomerRig.Card() with { Request = Request };
        _rig.Vault.Hold();
        var first = _rig.CallAsync(calls => calls.SaveCardAsync(command));
        await _rig.Vault.CalledAsync("save");
        var other = CustomerRig.Card("5555555555554444") with { Request = OtherBody };
        Assert.Equal(
            ErrorCode.IdempotencyKeyReused, (await _rig.CallAsync(calls => calls.SaveCardAsync(other))).Refusal?.Code);
        _rig.Vault.Release();
        var token = (await first).Value!.Token;
        var again = await _rig.CallAsync(calls => calls.SaveCardAsync(command));
        Assert.Equal((true, token), (again.Replayed, again.Value!.Token));
        Assert.Single(_rig.Vault.Calls, call => call == "save");
        Assert.Equal(token, Assert.Single(_rig.Vault.Tokens));

        Task<Reply<WalletView>> DeleteAsync() => _rig.CallAsync(calls => calls.DeleteCardAsync(token, Named("k2")));
        _rig.Vault.IsAway = true;
        Assert.False((await DeleteAsync()).Replayed);
        Assert.Single(_rig.Vault.Tokens);
        // The same request again also completes what is still to be deleted.
        _rig.Vault.IsAway = false;
        Assert.True((await DeleteAsync()).Replayed);
        Assert.Empty(_rig.Vault.Tokens);
    }

    [Fact]
    public async Task A_card_whose_saving_a_crash_interrupted_is_saved_by_the_same_request()
    {
        await _rig.PutAsync();
        _rig.Vault.Hold();
        var saving = _rig.CallAsync(calls => calls.SaveCardAsync(CustomerRig.Card() with { Request = Request }));
        await _rig.Vault.CalledAsync("save");
        _rig.Restart();
        _rig.Vault.Release();
        await saving.ContinueWith(_ => { }, TaskScheduler.Default);
        await _rig.ResumeAsync();
        Assert.Empty(_rig.Stored.Requests);
        var again = await _rig.CallAsync(calls => calls.SaveCardAsync(CustomerRig.Card() with { Request = Request }));
        Assert.Equal((null, false), (again.Refusal, again.Replayed));
        Assert.Equal(again.Value!.Token, Assert.Single(_rig.Vault.Tokens));
    }

    [Fact]
    public async Task An_erasure_that_is_sent_again_spares_a_customer_who_returned()
    {
        await _rig.CallAsync(calls => calls.PutAsync(new PutCustomer { Name = "Asha", Request = Named("k0") }));
        var erased = await _rig.CallAsync(calls => calls.EraseAsync(Request));
        Assert.NotNull(erased.Value!.ErasedAt);
        // Of a person who was erased, no fingerprint is left either.
        Assert.Equal("k1", Assert.Single(_rig.Stored.Requests).Key);
        var again = await _rig.CallAsync(calls => calls.EraseAsync(Request));
        Assert.True(again.Replayed);
        await _rig.CallAsync(calls => calls.PutAsync(new PutCustomer { Name = "Returned" }));
        var changes = _rig.Trail.Changes.Length;
        var late = await _rig.CallAsync(calls => calls.EraseAsync(Request));
        Assert.Equal((true, "Returned", null), (late.Replayed, late.Value!.Name, late.Value.ErasedAt));
        Assert.Equal(changes, _rig.Trail.Changes.Length);
        Assert.Equal(
            ErrorCode.IdempotencyKeyReused,
            (await _rig.CallAsync(calls => calls.EraseAsync(OtherBody))).Refusal?.Code);
        Assert.Equal("Returned", _rig.Stored.Name);
        Assert.NotNull((await _rig.CallAsync(calls => calls.EraseAsync(Named("k2")))).Value!.ErasedAt);
    }

    [Fact]
    public async Task An_erasure_that_a_provider_delays_is_completed_by_the_same_request()
    {
        await _rig.PutAsync();
        await _rig.CallAsync(calls => calls.OpenAccountAsync("quick"));
        _rig["quick"].IsAway = true;
        Assert.Equal(
            ErrorCode.Unavailable, (await _rig.CallAsync(calls => calls.EraseAsync(Request))).Refusal?.Code);
        Assert.NotNull(_rig.Stored.ErasedAt);
        _rig["quick"].IsAway = false;
        var again = await _rig.CallAsync(calls => calls.EraseAsync(Request));
        Assert.Equal((null, true), (again.Refusal, again.Replayed));
        Assert.Empty(_rig.Stored.PendingDeletions);
    }

    [Fact]
    public async Task Of_two_deciders_the_document_keeps_one()
    {
        await _rig.PutAsync();
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ =>
            _rig.CallAsync(calls => calls.SaveUpiAsync("asha@bank", Request))));
        Assert.Equal([false, true], both.Select(reply => reply.Replayed).Order());
        Assert.Equal(_rig.Stored.UpiIds[0].Id, Assert.Single(both.Select(reply => reply.Value!.Id).Distinct()));
    }

    private int Requested => _rig["quick"].Calls.Count(call => call == "request quick");

    private static RequestKey Named(string key) => new() { Key = key, Fingerprint = "f" };
}
