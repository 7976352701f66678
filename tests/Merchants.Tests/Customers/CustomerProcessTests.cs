using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Customers;
using PaymentCluster.Testing;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>A customer's operations outside of its turns: slow, dead and crashing.</summary>
public sealed class CustomerProcessTests
{
    private static readonly AgreeToCard Consent = new()
    {
        Last4 = "4242", ExpiryMonth = 12, ExpiryYear = 2030, ConsentText = "v1",
    };

    private readonly CustomerRig _rig = new("dead", "quick");

    [Fact]
    public async Task A_dead_provider_holds_up_nothing_but_what_is_its_own()
    {
        await _rig.PutAsync();
        await _rig.CallAsync(calls => calls.AgreeToCardAsync(Consent));
        _rig["quick"].Cards["ref_1"] = KeepingConnector.Card("ref_1", "4242");
        _rig["dead"].Hold();
        _rig.ResponseTimeout = CustomerRig.Short;
        var listing = _rig.CallAsync(calls => calls.ListCardsAsync());
        await _rig["dead"].CalledAsync("register");
        _rig.ResponseTimeout = CustomerRig.Long;

        Assert.NotNull((await _rig.CallAsync(calls => calls.SaveUpiAsync("asha@bank"))).Value);
        var card = (await _rig.CallAsync(calls => calls.SaveCardAsync(CustomerRig.Card()))).Value!;
        var left = (await _rig.CallAsync(calls => calls.DeleteCardAsync(card.Token))).Value!.Cards;
        Assert.Contains(left, saved => saved.Provider == "quick");
        Assert.Empty(_rig.Vault.Tokens);
        var linking = await _rig.CallAsync(calls => calls.LinkWalletAsync(new LinkWallet { Wallet = "quick" }));
        Assert.NotNull(linking.Value);

        // And the call itself returns what is known.
        var listed = (await listing).Value!;
        Assert.Equal("quick", Assert.Single(listed.Cards).Provider);
    }

    [Fact]
    public async Task Providers_list_their_cards_in_parallel()
    {
        await _rig.PutAsync();
        await _rig.CallAsync(calls => calls.AgreeToCardAsync(Consent));
        _rig["dead"].Hold();
        _rig["quick"].Hold();
        var listing = _rig.CallAsync(calls => calls.ListCardsAsync());
        await _rig["dead"].CalledAsync("register");
        await _rig["quick"].CalledAsync("register");
        _rig["dead"].Release();
        _rig["quick"].Release();
        Assert.NotNull((await listing).Value);
    }

    [Fact]
    public async Task What_is_not_done_in_time_goes_on_and_is_recorded()
    {
        await _rig.PutAsync();
        _rig.Vault.Hold();
        _rig.ResponseTimeout = CustomerRig.Short;
        var late = await _rig.CallAsync(calls => calls.SaveCardAsync(CustomerRig.Card()));
        Assert.Equal(ErrorCode.Unavailable, late.Refusal!.Code);
        _rig.Vault.Release();
        await Eventually.HoldsAsync(() => _rig.Stored.Cards.Length == 1, "the card is recorded");
        Assert.Equal(_rig.Stored.Cards[0].Token, Assert.Single(_rig.Vault.Tokens));
        Assert.Empty(_rig.Stored.PendingOperations);
        // A repeated request returns the same card.
        _rig.ResponseTimeout = CustomerRig.Long;
        var again = await _rig.CallAsync(calls => calls.SaveCardAsync(CustomerRig.Card()));
        Assert.Equal(_rig.Stored.Cards[0].Token, again.Value!.Token);
    }

    [Fact]
    public async Task A_password_that_is_not_confirmed_in_time_links_the_wallet_all_the_same()
    {
        await _rig.PutAsync();
        await _rig.CallAsync(calls => calls.LinkWalletAsync(new LinkWallet { Wallet = "quick" }));
        _rig["quick"].Hold();
        _rig.ResponseTimeout = CustomerRig.Short;
        var late = await _rig.CallAsync(calls => calls.ConfirmWalletAsync("quick", new Secret("1")));
        Assert.Equal(ErrorCode.Unavailable, late.Refusal!.Code);
        _rig["quick"].Release();
        await Eventually.HoldsAsync(() => _rig.Stored.Wallets[0].LinkedAt is not null, "the link is recorded");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_card_whose_saving_a_crash_interrupted_stays_nowhere(bool arrives)
    {
        await _rig.PutAsync();
        _rig.Vault.Hold();
        var saving = _rig.CallAsync(calls => calls.SaveCardAsync(CustomerRig.Card()));
        await _rig.Vault.CalledAsync("save");
        Assert.Equal(PendingOperationKind.SaveCard, Assert.Single(_rig.Stored.PendingOperations).Kind);
        _rig.Restart();
        if (arrives)
        {
            _rig.Vault.Release();
            await Eventually.HoldsAsync(() => _rig.Vault.Tokens.Any(), "the card arrives in the vault");
        }

        await saving.ContinueWith(_ => { }, TaskScheduler.Default);
        _rig.Vault.Calls.Clear();
        var resuming = _rig.ResumeAsync();
        if (!arrives)
        {
            // The bytes never left; the deletion finds nothing.
            await _rig.Vault.CalledAsync("delete");
        }
        else
        {
            await resuming;
            Assert.Empty(_rig.Vault.Tokens);
            Assert.Empty(_rig.Stored.PendingOperations);
            Assert.Empty(_rig.Stored.PendingDeletions);
        }

        Assert.Empty(_rig.Stored.Cards);
    }

    [Fact]
    public async Task A_registration_that_a_crash_interrupted_is_done_again()
    {
        await _rig.PutAsync();
        _rig["quick"].Hold();
        var start = _rig.CallAsync(calls => calls.OpenAccountAsync("quick"));
        await _rig["quick"].CalledAsync("register");
        Assert.Equal(PendingOperationKind.RegisterCustomer, Assert.Single(_rig.Stored.PendingOperations).Kind);
        _rig.Restart();
        _rig["quick"].Release();
        await start.ContinueWith(_ => { }, TaskScheduler.Default);
        await _rig.ResumeAsync();
        Assert.Equal("cst_asha", Assert.Single(_rig.Stored.Accounts).Id);
        Assert.Empty(_rig.Stored.PendingOperations);
    }

    [Fact]
    public async Task An_erasure_during_a_saving_leaves_nothing_in_the_vault()
    {
        await _rig.PutAsync();
        _rig.Vault.Hold();
        var saving = _rig.CallAsync(calls => calls.SaveCardAsync(CustomerRig.Card()));
        await _rig.Vault.CalledAsync("save");
        var erasing = _rig.CallAsync(calls => calls.EraseAsync());
        await Eventually.HoldsAsync(() => _rig.Stored.ErasedAt is not null, "the document is erased");
        _rig.Vault.Release();
        Assert.Null((await saving).Value);
        await erasing;
        await Eventually.HoldsAsync(() => _rig.Stored.PendingDeletions.IsEmpty, "all is deleted");
        Assert.Empty(_rig.Vault.Tokens);
        Assert.Null((await _rig.CallAsync(calls => calls.EraseAsync())).Refusal);
    }

    [Fact]
    public async Task A_card_that_is_deleted_while_it_is_saved_again_is_not_offered()
    {
        await _rig.PutAsync();
        var card = (await _rig.CallAsync(calls => calls.SaveCardAsync(CustomerRig.Card()))).Value!;
        _rig.Vault.Calls.Clear();
        _rig.Vault.Hold();
        var saving = _rig.CallAsync(calls => calls.SaveCardAsync(CustomerRig.Card(year: 2031)));
        await _rig.Vault.CalledAsync("save");
        var deleting = _rig.CallAsync(calls => calls.DeleteCardAsync(card.Token));
        await Eventually.HoldsAsync(() => _rig.Stored.Cards.IsEmpty, "the card is gone here");
        _rig.Vault.Release();
        await deleting;
        Assert.Equal(ErrorCode.Unavailable, (await saving).Refusal!.Code);
        Assert.Empty(_rig.Stored.Cards);
        Assert.Empty(_rig.Vault.Tokens);
    }

    [Fact]
    public async Task A_wallet_that_is_given_up_while_it_is_confirmed_is_unlinked_with_its_token()
    {
        await _rig.PutAsync();
        await _rig.CallAsync(calls => calls.LinkWalletAsync(new LinkWallet { Wallet = "quick" }));
        _rig["quick"].Hold();
        var confirming = _rig.CallAsync(calls => calls.ConfirmWalletAsync("quick", new Secret("1")));
        await _rig["quick"].CalledAsync("confirm link_quick");
        var unlinking = _rig.CallAsync(calls => calls.UnlinkWalletAsync("quick"));
        await Eventually.HoldsAsync(() => _rig.Stored.Wallets.IsEmpty, "the wallet is gone here");
        _rig["quick"].Release();
        await unlinking;
        Assert.Null((await confirming).Value);
        await Eventually.HoldsAsync(() => _rig.Stored.PendingDeletions.IsEmpty, "the link is given up");
        Assert.Empty(_rig["quick"].Links);
        Assert.Contains("unlink link_quick wallet-token", _rig["quick"].Calls);
    }

    [Fact]
    public async Task A_customer_who_returns_keeps_the_card_that_is_agreed_to_while_the_others_are_deleted()
    {
        await _rig.PutAsync();
        await _rig.CallAsync(calls => calls.OpenAccountAsync("quick"));
        _rig["quick"].Cards["ref_1"] = KeepingConnector.Card("ref_1", "1111");
        _rig["quick"].Hold();
        var erasing = _rig.CallAsync(calls => calls.EraseAsync());
        await _rig["quick"].CalledAsync("list");
        // The provider has not listed its cards yet.
        await _rig.PutAsync();
        await _rig.CallAsync(calls => calls.AgreeToCardAsync(Consent));
        _rig["quick"].Cards["ref_2"] = KeepingConnector.Card("ref_2", "4242");
        _rig["quick"].Release();
        await erasing;
        await Eventually.HoldsAsync(() => _rig.Stored.PendingDeletions.IsEmpty, "the erasure is complete");
        Assert.Equal("ref_2", Assert.Single(_rig["quick"].Cards).Key);
    }

    [Fact]
    public async Task A_deletion_that_failed_is_tried_again_by_itself()
    {
        await _rig.PutAsync();
        var card = (await _rig.CallAsync(calls => calls.SaveCardAsync(CustomerRig.Card()))).Value!;
        _rig.Vault.IsAway = true;
        Assert.Empty((await _rig.CallAsync(calls => calls.DeleteCardAsync(card.Token))).Value!.Cards);
        await _rig.FireTimersAsync();
        Assert.NotEmpty(_rig.Vault.Tokens);
        _rig.Vault.IsAway = false;
        await _rig.FireTimersAsync();
        Assert.Empty(_rig.Vault.Tokens);
        Assert.Empty(_rig.Stored.PendingDeletions);
    }

    [Fact]
    public async Task A_next_provider_is_tried_when_one_does_not_link_the_wallet()
    {
        await _rig.PutAsync();
        _rig["dead"].IsAway = true;
        var linking = await _rig.CallAsync(calls => calls.LinkWalletAsync(new LinkWallet { Wallet = "paytm" }));
        Assert.Equal(("quick", false), (linking.Value!.Provider, linking.Value.Linked));
        Assert.Empty(_rig.Stored.PendingOperations);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whichever_write_fails_the_next_process_offers_what_is_kept_and_nothing_else(bool losesResponse)
    {
        for (var write = 1; write <= 8; write++)
        {
            var rig = new CustomerRig("quick") { LosesResponse = losesResponse };
            await rig.PutAsync();
            rig.FailsAt = write;
            Func<Task>[] steps =
            [
                () => rig.CallAsync(calls => calls.SaveCardAsync(CustomerRig.Card())),
                () => rig.CallAsync(calls => calls.LinkWalletAsync(new LinkWallet { Wallet = "quick" })),
                () => rig.CallAsync(calls => calls.ConfirmWalletAsync("quick", new Secret("1"))),
                () => rig.CallAsync(calls => calls.SaveCardAsync(CustomerRig.Card("5555555555554444"))),
                () => rig.CallAsync(calls => calls.DeleteCardAsync(rig.Stored.Cards[0].Token)),
            ];
            foreach (var step in steps)
            {
                try
                {
                    await step();
                }
                catch (Exception broken) when (broken is IOException or IndexOutOfRangeException)
                {
                    Assert.True(rig.IsDeactivated || broken is IndexOutOfRangeException);
                    rig.Restart();
                    await rig.ResumeAsync();
                }
            }

            Assert.Equal(rig.Vault.Tokens.Order(), rig.Stored.Cards.Select(card => card.Token).Order());
            Assert.Empty(rig.Stored.PendingOperations);
            Assert.Empty(rig.Stored.PendingDeletions);
        }
    }

    [Fact]
    public async Task A_upi_id_is_verified_by_the_next_provider_when_one_hangs()
    {
        await _rig.PutAsync();
        _rig["dead"].Hold();
        _rig.ResponseTimeout = TimeSpan.FromSeconds(2);
        Assert.Equal("ASHA", (await _rig.CallAsync(calls => calls.ValidateUpiAsync("asha@bank"))).Value!.Name);
    }
}
