using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

/// <summary>Whatever holds a secret in the clear prints nothing of it, as text or as JSON.</summary>
public sealed class SecrecyTests
{
    private const string Canary = "c4n4ry-of-the-tests";

    private static readonly object[] Samples =
    [
        new Secret(Canary),
        new NewApiKey { Id = "key_1", Key = new Secret(Canary), Scope = ApiKeyScope.Secret },
        new ProviderCredentials("acme", TestSilo.Credentials(Canary)),
        new VaultKeySource { Text = new Secret(Canary) },
        new VaultOptions { MasterKey = new() { Text = new Secret(Canary) } },
        Profile(),
        Keys(),
        new CredentialsUnreadableException("acme", "testpay", "they are cut short"),
    ];

    public static TheoryData<string> Types => new(Samples.Select(sample => sample.GetType().Name));

    [Theory]
    [MemberData(nameof(Types))]
    public void Nothing_secret_is_printed(string type)
    {
        var sample = Samples.Single(sample => sample.GetType().Name == type);
        Assert.DoesNotContain(Canary, sample.ToString(), StringComparison.Ordinal);
        if (sample is not Exception)
        {
            Assert.DoesNotContain(Canary, JsonSerializer.Serialize(sample, sample.GetType()), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_type_of_these_folders_that_holds_a_secret_is_tried()
    {
        string[] namespaces =
        [
            "PaymentCluster.Grains.Merchants", "PaymentCluster.Grains.Webhooks",
            "PaymentCluster.Grains.Abstractions.Merchants", "PaymentCluster.Grains.Abstractions.Webhooks",
        ];
        var holders = new[] { typeof(MerchantGrain).Assembly, typeof(IMerchantGrain).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => namespaces.Contains(type.Namespace) && !type.IsInterface && !type.IsNested)
            .Where(type => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Any(field => Mentions(field.FieldType, typeof(Secret))
                    || Mentions(field.FieldType, typeof(ProviderCredentials))));
        Assert.All(holders, holder => Assert.Contains(holder.Name, Samples.Select(sample => sample.GetType().Name)));
    }

    private static bool Mentions(Type type, Type wanted) =>
        type == wanted || (
            type.IsGenericType && type.GetGenericArguments().Any(argument => Mentions(argument, wanted)));

    private static MasterKeys Keys() =>
        MasterKeysTests.Load(new() { MasterKey = new() { Text = new(TestSilo.Key(1)) } });

    private static MerchantProfile Profile()
    {
        var cipher = new CredentialCipher(Keys(), new SystemSecretSource(), TimeProvider.System);
        var settings = new MerchantSettings
        {
            Name = "Acme",
            UpiCollectAllowed = false,
            Providers = ImmutableDictionary<string, SealedCredentials>.Empty.Add(
                "testpay", cipher.Seal("acme", "testpay", TestSilo.Credentials(Canary))),
        };
        var profile = new MerchantProfile("acme", settings, cipher);
        Assert.Equal(Canary, profile.Open("testpay")["webhook_secret"].Reveal());
        return profile;
    }
}
