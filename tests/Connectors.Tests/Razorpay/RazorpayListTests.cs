using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Fakes;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Razorpay;

/// <summary>The list of payments as Razorpay documents it.</summary>
public sealed class RazorpayListTests : IAsyncLifetime
{
    private readonly RazorpayRig _rig = new();
    private ScriptedServer _server = null!;

    public async Task InitializeAsync() => _server = await ScriptedServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_page_is_requested_in_seconds_a_hundred_at_a_time()
    {
        await ListAsync("[]", new PaymentListQuery
        {
            From = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_900),
            To = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_007_100),
            Skip = 300,
        });
        Assert.Equal(
            ("/v1/payments", "?from=1700000000&to=1700000007&count=100&skip=300"),
            (_server.Requests.Single().Path, _server.Requests.Single().Query));
    }

    [Fact]
    public async Task What_is_on_no_order_is_left_out_and_what_is_unreadable_is_unknown()
    {
        var page = Assert.IsType<ListedPage.Read>(await ListAsync(
            "[" + RazorpayRig.PaymentJson("failed", id: "pay_TESTpay0000002") + ","
                + RazorpayRig.PaymentJson("captured").Replace(
                    "\"order_TESTord00001\"", "null", StringComparison.Ordinal)
                + "," + RazorpayRig.PaymentJson("captured").Replace("\"INR\"", "\"XXXX\"", StringComparison.Ordinal)
                + "," + RazorpayRig.PaymentJson("created") + "]"));
        Assert.Equal(4, page.Count);
        Assert.Equal(
            ["pay_TESTpay0000002 Declined", " Unknown", "pay_TESTpay0000001 Pending"],
            page.Payments.Select(
                payment => $"{payment.Outcome.ProviderReference} {payment.Outcome.GetType().Name}"));
    }

    [Theory]
    [InlineData(""), InlineData("\"created_at\":null"), InlineData("\"created_at\":17")]
    public async Task Without_a_time_a_page_has_no_oldest(string time)
    {
        var page = Assert.IsType<ListedPage.Read>(await ListAsync("[" + RazorpayRig.PaymentJson("captured").Replace(
            ",\"created_at\":1700000000", time.Length > 0 ? "," + time : "", StringComparison.Ordinal) + "]"));
        Assert.Null(page.Oldest);
        Assert.Single(page.Payments);
    }

    private Task<ListedPage> ListAsync(string items, PaymentListQuery? query = null)
    {
        _server.Script = (_, context) =>
            Responses.JsonAsync(context, 200, $$"""{"entity":"collection","count":1,"items":{{items}}}""");
        var connector = (IListsPayments)_rig.Create(
            options => options.BaseUrl = _server.Url, TimeProvider.System, new CapturedLogs());
        return connector.ListAsync(
            query ?? new PaymentListQuery
            {
                From = DateTimeOffset.UnixEpoch, To = DateTimeOffset.UnixEpoch, Skip = 0,
            },
            _rig.Credentials);
    }
}

/// <summary>The list where connector and simulator meet.</summary>
public sealed class RazorpayListAgainstSimulatorTests(SimulatedRazorpay razorpay) : RazorpaySimulation(razorpay)
{
    [Fact]
    public async Task What_was_paid_is_in_the_list_of_its_time()
    {
        var before = TimeProvider.System.GetUtcNow();
        var pending = await ChargeAsync(Netbanking);
        await CapturedAsync(pending.ProviderOrder, pending.ProviderReference);
        var after = TimeProvider.System.GetUtcNow();

        var listed = await FindAsync(before, after);

        Assert.Equal(pending.ProviderReference, listed!.Outcome.ProviderReference);
        var queried = await QueryAsync(pending.ProviderOrder, pending.ProviderReference);
        Assert.Equal(queried, listed.Outcome);
        Assert.Null(await FindAsync(before.AddMinutes(-2), before.AddSeconds(-1)));

        async Task<ListedPayment?> FindAsync(DateTimeOffset from, DateTimeOffset to)
        {
            var connector = (IListsPayments)Razorpay.Connect();
            var query = new PaymentListQuery { From = from, To = to, Skip = 0 };
            var page = Assert.IsType<ListedPage.Read>(await connector.ListAsync(query, Rig.Credentials));
            return page.Payments.SingleOrDefault(payment => payment.ProviderOrder == pending.ProviderOrder);
        }
    }
}
