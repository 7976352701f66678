using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Tests.Fakes;
using PaymentCluster.Grains.Abstractions.Providers;
using Xunit;

namespace PaymentCluster.Connectors.Tests.Conformance;

/// <summary>What holds of every connector whose provider lists payments by time. Its test class inherits this beside
/// <see cref="ConnectorConformance"/>.</summary>
public abstract class ListConformance(ConnectorRig rig) : ConformanceSetting(rig)
{
    private static readonly DateTimeOffset From = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private static readonly PaymentListQuery Query = new()
    {
        From = From, To = From.AddSeconds(60), Skip = 200,
    };

    [Fact]
    public async Task A_listed_payment_reads_as_its_status_query_does()
    {
        Server.Script = Rig.RespondAsync;
        var page = Assert.IsType<ListedPage.Read>(await ListAsync());
        var payment = Assert.Single(page.Payments);
        Assert.Equal(Rig.OrderReference, payment.ProviderOrder);
        Assert.Equal(
            (Rig.OrderReference, Rig.PaymentReference),
            (payment.Outcome.ProviderOrder, payment.Outcome.ProviderReference));
        Assert.Equal(ChargeStage.Captured, Assert.IsType<ProviderOutcome.Succeeded>(payment.Outcome).Stage);
        Assert.Equal((1, From), (page.Count, page.Oldest));
    }

    [Fact]
    public async Task One_call_is_one_request()
    {
        Server.Script = Rig.RespondAsync;
        await ListAsync();
        Assert.Single(Server.Requests);
    }

    [Theory]
    [InlineData(301), InlineData(400), InlineData(401), InlineData(403), InlineData(404), InlineData(500)]
    public async Task A_list_that_is_refused_says_nothing(int status)
    {
        Server.Script = (_, context) => Responses.JsonAsync(context, status, "{}");
        Assert.IsType<ListedPage.Failed>(await ListAsync());
    }

    [Theory]
    [InlineData(""), InlineData("{"), InlineData("{}"), InlineData("[]"), InlineData("null"), InlineData("<html>")]
    [InlineData("""{"items":{}}"""), InlineData("""{"items":[7]}"""), InlineData("""{"items":[],"items":[]}""")]
    public async Task A_list_that_cannot_be_read_says_nothing(string body)
    {
        Server.Script = (_, context) => Responses.JsonAsync(context, 200, body);
        Assert.IsType<ListedPage.Failed>(await ListAsync());
    }

    [Fact]
    public async Task No_response_says_nothing()
    {
        Server.Script = (_, context) => Responses.HangUpAsync(context);
        Assert.IsType<ListedPage.Failed>(await ListAsync(TimeSpan.FromMilliseconds(400)));
        await Server.DisposeAsync();
        Assert.IsType<ListedPage.Failed>(await ListAsync());
    }

    [Fact]
    public async Task No_secret_is_in_a_log()
    {
        Server.Script = Rig.RespondAsync;
        await ListAsync();
        Assert.NotEmpty(Logs.Lines);
        Assert.All(Rig.Secrets, secret => Assert.All(
            Logs.Lines, line => Assert.DoesNotContain(secret, line, StringComparison.Ordinal)));
    }

    private Task<ListedPage> ListAsync(TimeSpan? timeout = null) => Assert.IsAssignableFrom<IListsPayments>(
        Create(options => options.Timeout = timeout ?? options.Timeout)).ListAsync(Query, Rig.Credentials);
}
