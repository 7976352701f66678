using System.Collections.Immutable;
using PaymentCluster.Grains.Abstractions.Merchants;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Merchants;

public sealed class MerchantDirectoryTests
{
    private readonly ManualTime _time = new();
    private readonly CredentialCipher _cipher;
    private readonly MerchantDirectoryOptions _options = new() { Capacity = 16 };
    private int _calls;
    private Func<string, Task<MerchantSettings?>> _settings;

    public MerchantDirectoryTests()
    {
        _cipher = new(
            MasterKeysTests.Load(new() { MasterKey = new() { Text = new(TestSilo.Key(1)) } }),
            new SystemSecretSource(),
            _time);
        _settings = id => Task.FromResult<MerchantSettings?>(Settings(id));
    }

    [Fact]
    public async Task A_merchant_is_queried_once_within_the_lifetime()
    {
        var directory = Directory();
        var first = await directory.GetAsync("acme");
        _time.Advance(_options.Lifetime - TimeSpan.FromTicks(1));
        Assert.Same(first, await directory.GetAsync("acme"));
        Assert.Equal(1, _calls);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.NotSame(first, await directory.GetAsync("acme"));
        Assert.Equal(2, _calls);
    }

    [Fact]
    public async Task Callers_that_miss_at_the_same_time_share_one_query()
    {
        var response = new TaskCompletionSource<MerchantSettings?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _settings = _ => response.Task;
        var directory = Directory();
        var calls = Enumerable.Range(0, 50)
            .Select(_ => Task.Run(async () => await directory.GetAsync("acme")))
            .ToArray();
        response.SetResult(Settings("acme"));
        var profiles = await Task.WhenAll(calls);
        Assert.Equal(1, _calls);
        Assert.Single(profiles.Distinct());
    }

    [Fact]
    public async Task A_failure_is_not_remembered()
    {
        var directory = Directory();
        _settings = _ => Task.FromException<MerchantSettings?>(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(async () => await directory.GetAsync("acme"));
        _settings = id => Task.FromResult<MerchantSettings?>(Settings(id));
        Assert.NotNull(await directory.GetAsync("acme"));
    }

    [Fact]
    public async Task That_there_is_no_merchant_is_not_remembered()
    {
        var directory = Directory();
        _settings = _ => Task.FromResult<MerchantSettings?>(null);
        Assert.Null(await directory.GetAsync("acme"));
        Assert.Equal(0, directory.Count);
        _settings = id => Task.FromResult<MerchantSettings?>(Settings(id));
        Assert.NotNull(await directory.GetAsync("acme"));
    }

    [Fact]
    public async Task What_is_no_id_is_not_requested()
    {
        Assert.Null(await Directory().GetAsync("../etc"));
        Assert.Equal(0, _calls);
    }

    [Fact]
    public async Task A_deleted_merchant_is_queried_again()
    {
        var directory = Directory();
        await directory.GetAsync("acme");
        directory.Invalidate("acme");
        await directory.GetAsync("acme");
        Assert.Equal(2, _calls);
    }

    [Fact]
    public async Task It_remembers_no_more_than_its_capacity()
    {
        var directory = Directory();
        for (var i = 0; i < 200; i++)
        {
            Assert.NotNull(await directory.GetAsync($"shop-{i}"));
            Assert.True(directory.Count <= _options.Capacity, $"It remembers {directory.Count} merchants.");
        }
    }

    [Fact]
    public async Task Stale_merchants_make_room_first()
    {
        var directory = Directory();
        for (var i = 0; i < _options.Capacity - 1; i++)
        {
            await directory.GetAsync($"old{i}");
        }

        _time.Advance(_options.Lifetime);
        await directory.GetAsync("new1");
        await directory.GetAsync("new2");
        Assert.Equal(2, directory.Count);
    }

    [Fact]
    public async Task A_profile_opens_credentials_once_and_only_those_it_has()
    {
        var profile = (await Directory().GetAsync("acme"))!;
        Assert.Equal<IEnumerable<string>>(["testpay"], profile.Providers);
        Assert.Same(profile.Open("testpay"), profile.Open("testpay"));
        Assert.Equal("secret-of-acme", profile.Open("testpay")["webhook_secret"].Reveal());
        Assert.Throws<KeyNotFoundException>(() => profile.Open("otherpay"));
    }

    private MerchantDirectory Directory() => new(
        id =>
        {
            Interlocked.Increment(ref _calls);
            return _settings(id);
        },
        _cipher,
        _options,
        _time);

    private MerchantSettings Settings(string id) => new()
    {
        Name = id,
        UpiCollectAllowed = false,
        Providers = ImmutableDictionary<string, SealedCredentials>.Empty.Add(
            "testpay", _cipher.Seal(id, "testpay", TestSilo.Credentials($"secret-of-{id}"))),
    };
}
