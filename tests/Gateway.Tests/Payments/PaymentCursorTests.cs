using System.Buffers.Text;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Grains.Abstractions.Ids;

namespace PaymentCluster.Gateway.Tests.Payments;

public sealed class PaymentCursorTests
{
    [Fact]
    public void A_cursor_leads_back_to_its_payment()
    {
        var id = PaymentId.New(TimeProvider.System);
        Assert.True(PaymentCursor.TryRead(PaymentCursor.Write(id), out var read));
        Assert.Equal(id, read);
    }

    public static TheoryData<string> Forged
    {
        get
        {
            var good = PaymentCursor.Write(PaymentId.Parse("pay_01m7wtn50sfz5txb0tmw4px1yr"));
            var bytes = Base64Url.DecodeFromChars(good);
            return
            [
                "", "x", good + "A", good + "=", good[1..], good[..^1], " " + good[1..], good[..^1] + "+",
                good[..^1] + "/", good.Replace(good[5], '*'), PaymentId.New(TimeProvider.System).ToString(),
                Base64Url.EncodeToString([2, .. bytes.AsSpan(1)]), Base64Url.EncodeToString(bytes.AsSpan(1)),
                OtherSpelling(good),
            ];
        }
    }

    [Theory]
    [MemberData(nameof(Forged))]
    public void What_no_list_gave_is_no_cursor(string text) => Assert.False(PaymentCursor.TryRead(text, out _));

    // 17 bytes leave four bits of the last character unused: 16 spellings decode alike.
    private static string OtherSpelling(string good)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return good[..^1] + Alphabet[Alphabet.IndexOf(good[^1]) + 1];
    }
}
