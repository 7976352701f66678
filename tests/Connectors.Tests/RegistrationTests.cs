using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Connectors.Razorpay;
using Xunit;

namespace PaymentCluster.Connectors.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public void Every_connector_is_in_the_catalogue()
    {
        using var services = Services();
        var catalogue = services.GetRequiredService<ConnectorCatalogue>();
        Assert.Equal(
            services.GetServices<IConnector>().Select(connector => connector.Provider).Order(StringComparer.Ordinal),
            catalogue.Providers);
        Assert.All(catalogue.Providers, provider => Assert.Equal(provider, catalogue[provider].Provider));
        Assert.True(catalogue.TryGet("razorpay", out _));
        Assert.False(catalogue.TryGet("Razorpay", out _));
    }

    [Fact]
    public void Every_connector_states_what_it_can_do()
    {
        using var services = Services();
        Assert.All(services.GetServices<IConnector>(), connector =>
        {
            Assert.Matches("^[a-z0-9]+$", connector.Provider);
            Assert.NotEmpty(connector.Capabilities.Methods);
            Assert.NotEmpty(connector.Capabilities.Currencies);
            Assert.NotEmpty(connector.Capabilities.Credentials);
            Assert.NotNull(connector.Health);
            Assert.True(connector.Capabilities.VisibilityWindow > TimeSpan.Zero);
            Assert.True(connector.Capabilities.RupeeOnly.IsSubsetOf(connector.Capabilities.Methods));
        });
    }

    [Fact]
    public void By_itself_a_connector_speaks_to_the_documented_address()
    {
        using var services = Services();
        Assert.Equal(
            "https://api.razorpay.com/",
            services.GetRequiredService<IOptions<RazorpayOptions>>().Value.BaseUrl!.AbsoluteUri);
    }

    [Theory]
    [InlineData("BaseUrl", "https://psp.example/")]
    [InlineData("BaseUrl", "http://127.0.0.1:8090/razorpay")]
    [InlineData("Timeout", "00:00:20")]
    public void Settings_are_read(string name, string value)
    {
        using var services = Services((name, value));
        Assert.NotNull(services.GetRequiredService<IOptions<RazorpayOptions>>().Value);
    }

    [Theory]
    [InlineData("BaseUrl", "http://psp.example/")]
    [InlineData("BaseUrl", "/relative")]
    [InlineData("BaseUrl", "ftp://psp.example/")]
    [InlineData("BaseUrl", "https://user:secret@psp.example/")]
    [InlineData("Timeout", "00:00:00")]
    [InlineData("MaxConcurrency", "0")]
    [InlineData("BreakerFailureRatio", "2"), InlineData("DefaultEmail", "nobody"), InlineData("DefaultContact", "12")]
    public void Settings_that_cannot_work_are_refused(string name, string value)
    {
        using var services = Services((name, value));
        var refusal = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptions<RazorpayOptions>>().Value);
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret@", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_http_to_another_machine_must_be_requested()
    {
        using var services = Services(("BaseUrl", "http://psp.example/"), ("AllowPlainHttp", "true"));
        Assert.Equal("psp.example", services.GetRequiredService<IOptions<RazorpayOptions>>().Value.BaseUrl!.Host);
    }

    private static ServiceProvider Services(params (string Name, string Value)[] settings) => new ServiceCollection()
        .AddLogging()
        .AddConnectors(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(
                setting => $"Connectors:Razorpay:{setting.Name}", setting => (string?)setting.Value))
            .Build())
        .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
}
