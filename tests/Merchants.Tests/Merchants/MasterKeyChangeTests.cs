using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

public sealed class MasterKeyChangeTests
{
    [Fact]
    public async Task Credentials_move_to_the_new_master_key_when_they_are_next_read()
    {
        var store = new DocumentStore();
        await using (var silo = await TestSilo.StartAsync(store))
        {
            await silo.PutMerchantAsync("acme", "s3cr3t");
        }

        await using (var silo = await TestSilo.StartAsync(store, ChangeKey(keepsOld: true)))
        {
            Assert.Equal("k2", (await silo.Merchant("acme").Settings())!.Providers[TestSilo.Provider].KeyId);
        }

        await using (var silo = await TestSilo.StartAsync(store, ChangeKey(keepsOld: false)))
        {
            var profile = await silo.Services.GetRequiredService<MerchantDirectory>().GetAsync("acme");
            Assert.Equal("s3cr3t", profile!.Open(TestSilo.Provider)["webhook_secret"].Reveal());
        }
    }

    [Fact]
    public async Task A_merchant_whose_master_key_is_gone_keeps_its_name_and_takes_new_credentials()
    {
        var store = new DocumentStore();
        await using (var silo = await TestSilo.StartAsync(store))
        {
            await silo.PutMerchantAsync("acme", "s3cr3t");
        }

        await using var next = await TestSilo.StartAsync(store, ChangeKey(keepsOld: false));
        var directory = next.Services.GetRequiredService<MerchantDirectory>();
        var profile = await directory.GetAsync("acme");
        Assert.Equal("acme", profile!.Name);
        Assert.Throws<CredentialsUnreadableException>(() => profile.Open(TestSilo.Provider));

        await next.PutMerchantAsync("acme", "another");
        Assert.Equal("another", (await directory.GetAsync("acme"))!.Open(TestSilo.Provider)["webhook_secret"].Reveal());
    }

    private static Action<HostApplicationBuilder> ChangeKey(bool keepsOld) => builder =>
    {
        builder.Configuration.AddInMemoryCollection(
            [new("Vault:KeyId", "k2"), new("Vault:MasterKey", TestSilo.Key(2))]);
        if (keepsOld)
        {
            builder.Configuration.AddInMemoryCollection([new("Vault:PreviousKeys:k1:MasterKey", TestSilo.Key(1))]);
        }
    };
}
