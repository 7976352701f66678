using PaymentCluster.Gateway.Api.Checkout;

namespace PaymentCluster.Gateway.Tests.Checkout;

public sealed class UpiAppsTests
{
    private const string Link = "upi://pay?pa=shop@bank&pn=A%20Shop&am=1.00&cu=INR";

    [Fact]
    public void Each_app_gets_the_providers_link_under_its_own_name()
    {
        Assert.Equal(
            [
                ("Google Pay", "tez://upi/pay?pa=shop@bank&pn=A%20Shop&am=1.00&cu=INR"),
                ("PhonePe", "phonepe://pay?pa=shop@bank&pn=A%20Shop&am=1.00&cu=INR"),
                ("Paytm", "paytmmp://pay?pa=shop@bank&pn=A%20Shop&am=1.00&cu=INR"),
                ("BHIM", "bhim://pay?pa=shop@bank&pn=A%20Shop&am=1.00&cu=INR"),
            ],
            UpiApps.For(Link, preferred: null));
    }

    [Theory]
    [InlineData("phonepe", "PhonePe", 4)]
    [InlineData("cred", "CRED", 5)]
    [InlineData("unheard_of", "Google Pay", 4)]
    public void The_customers_own_app_comes_first(string preferred, string first, int count)
    {
        var apps = UpiApps.For(Link, preferred).ToList();
        Assert.Equal((first, count), (apps[0].Name, apps.Count));
    }

    [Theory]
    [InlineData("https://bank.example/pay?pa=x")]
    [InlineData("upi://mandate?pa=shop@bank")]
    public void Another_kind_of_link_is_for_no_app(string link) => Assert.Empty(UpiApps.For(link, "phonepe"));
}
