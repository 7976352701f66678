using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Risk;

namespace PaymentCluster.Payments.Tests.Risk;

public sealed class AttemptGuardOptionsTests
{
    [Fact]
    public void Limits_come_from_the_configuration()
    {
        var options = Read(("AttemptGuard:Address:SlowedAfter", "20"), ("AttemptGuard:BlockedFor", "00:30:00"));
        Assert.Equal((20, 30), (options.Address.SlowedAfter, options.Address.BlockedAfter));
        Assert.Equal(TimeSpan.FromMinutes(30), options.BlockedFor);
    }

    [Theory]
    [InlineData("AttemptGuard:Card:SlowedAfter", "20", "SlowedAfter must be less than BlockedAfter")]
    [InlineData("AttemptGuard:Address:UnderWay", "0", "UnderWay")]
    [InlineData("AttemptGuard:Key:MaxPause", "00:00:00", "MaxPause")]
    [InlineData("AttemptGuard:BlockedFor", "2.00:00:00", "BlockedFor")]
    public void A_limit_that_cannot_work_stops_the_start(string key, string value, string says)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Read((key, value)));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    private static AttemptGuardOptions Read(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddRisk()
            .BuildServiceProvider()
            .GetRequiredService<IOptions<AttemptGuardOptions>>().Value;
    }
}
