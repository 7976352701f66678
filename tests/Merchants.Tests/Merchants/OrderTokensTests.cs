using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using PaymentCluster.Grains.Abstractions.Amounts;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Payments;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Grains.Payments;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

/// <summary>Orders that only their merchant can sign.</summary>
public sealed class OrderTokensTests
{
    // As an earlier build signed it. Tokens outlive an upgrade.
    private const string Earlier =
        """{"expires_at":"2026-11-20T10:30:00+00:00","order":{"order_id":"o1","amount":{"amount_minor":100,"currency":"INR"},"capture":1,"customer":{"id":"asha","name":"Asha"},"return_url":"https://shop.example/thanks","description":"Two","metadata":{"cart":"c_17"},"basket":{"items":[{"name":"Größe ₹","quantity":1,"unit_amount_minor":100}],"discount_minor":0,"shipping_minor":0,"savings_minor":0},"expires_in":"00:15:00"}}""";

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 10, 0, 0, TimeSpan.Zero);
    private static readonly OrderTokenKeys First = new();

    private static readonly SignedOrder Order = new()
    {
        ExpiresAt = Now.AddMinutes(30),
        Order = new OrderTerms
        {
            OrderId = "o1",
            Amount = Money.Of(100, Currency.Inr),
            Capture = CaptureMode.Automatic,
            Customer = new Customer { Id = "asha", Name = "Asha" },
            ReturnUrl = "https://shop.example/thanks",
            Description = "Two",
            Metadata = ImmutableDictionary<string, string>.Empty.Add("cart", "c_17"),
            Basket = new Basket
            {
                Items = [new BasketItem { Name = "Größe ₹", Quantity = 1, UnitAmountMinor = 100 }],
            },
            ExpiresIn = TimeSpan.FromMinutes(15),
        },
    };

    [Fact]
    public void A_token_holds_its_order_as_it_is_written_for_ever()
    {
        var tokens = TokensOf(1);
        var token = tokens.Sign("shop", First, Order).Reveal();
        var content = Base64Url.DecodeFromChars(token.AsSpan(3..token.IndexOf('.', StringComparison.Ordinal)));
        Assert.Equal(Earlier, Encoding.UTF8.GetString(content));
        Assert.True(tokens.TryOpen("shop", First, token, Now, out var opened));
        Assert.Equal(Order.ExpiresAt, opened.ExpiresAt);
        Assert.Equal(Order.Order.Basket!.Items.AsEnumerable(), opened.Order.Basket!.Items.AsEnumerable());
        Assert.Equal(Order.Order.Metadata, opened.Order.Metadata);
        Assert.Equal(
            Order.Order, opened.Order with { Basket = Order.Order.Basket, Metadata = Order.Order.Metadata });
    }

    [Fact]
    public void A_token_opens_at_its_merchant_and_under_its_master_key_alone()
    {
        var token = TokensOf(1).Sign("shop", First, Order).Reveal();
        Assert.False(TokensOf(1).TryOpen("shop2", First, token, Now, out _));
        Assert.False(TokensOf(2).TryOpen("shop", First, token, Now, out _));
        var options = OptionsOf(2);
        options.KeyId = "k2";
        options.PreviousKeys = options.PreviousKeys.Add("k1", OptionsOf(1).MasterKey);
        Assert.True(TokensOf(options).TryOpen("shop", First, token, Now, out _));
    }

    [Fact]
    public void A_token_is_none_if_any_character_of_it_is_changed()
    {
        var tokens = TokensOf(1);
        var token = tokens.Sign("shop", First, Order).Reveal();
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            Assert.False(tokens.TryOpen("shop", First, changed, Now, out _), $"character {i}");
        }

        Assert.All(
            ["", "ot_", "ot_.", "ot_A.A", token[..^1], token + "A", token.Replace('.', '_'), "ot_é.é", token + "."],
            text => Assert.False(tokens.TryOpen("shop", First, text, Now, out _), text));
    }

    [Fact]
    public void After_a_rotation_the_previous_keys_tokens_count_for_the_overlap_and_older_ones_do_not()
    {
        var tokens = TokensOf(1);
        var first = tokens.Sign("shop", First, Order).Reveal();
        var second = new OrderTokenKeys { Generation = 2, PreviousUntil = Now.AddMinutes(10) };
        Assert.True(tokens.TryOpen("shop", second, first, Now, out _));
        Assert.False(tokens.TryOpen("shop", second, first, Now.AddMinutes(10), out _));
        Assert.False(tokens.TryOpen("shop", second with { PreviousUntil = null }, first, Now, out _));
        var third = new OrderTokenKeys { Generation = 3, PreviousUntil = Now.AddMinutes(10) };
        Assert.False(tokens.TryOpen("shop", third, first, Now, out _));

        // A silo that has not learned of the rotation yet.
        Assert.True(tokens.TryOpen("shop", First, tokens.Sign("shop", second, Order).Reveal(), Now, out _));
    }

    private static OrderTokens TokensOf(byte key) => TokensOf(OptionsOf(key));

    private static OrderTokens TokensOf(VaultOptions options)
    {
        Assert.True(MasterKeys.TryLoad(options, out var keys, out var problem), problem);
        return new OrderTokens(keys);
    }

    private static VaultOptions OptionsOf(byte key) => new()
    {
        MasterKey = new VaultKeySource { Text = new(TestSilo.Key(key)) },
    };
}
