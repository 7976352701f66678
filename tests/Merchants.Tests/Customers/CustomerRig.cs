using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentCluster.Connectors.Contract;
using PaymentCluster.Grains.Abstractions.Customers;
using PaymentCluster.Grains.Abstractions.Secrets;
using PaymentCluster.Grains.Customers;
using PaymentCluster.Grains.Journal;
using PaymentCluster.Grains.Merchants;
using PaymentCluster.Merchants.Tests.Merchants;
using PaymentCluster.Testing.Silos;

namespace PaymentCluster.Merchants.Tests.Customers;

/// <summary>A customer's process over doubles of its ports, on a scheduler that runs one piece of code at a time, as a
/// grain's does. The document survives a restart.</summary>
internal sealed class CustomerRig : IMerchantProviders
{
    /// <summary>For calls without a response in time.</summary>
    public static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    /// <summary>For all others.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static readonly CustomerKey Asha = CustomerKey.Of("shop", "asha");

    private readonly Dictionary<string, ScriptedProvider> _providers = new(StringComparer.Ordinal);
    private readonly CustomersOptions _options = new() { ResponseTimeout = Long };
    private readonly CustomerServices _services;
    private CustomerDocument? _stored;
    private Process _process = null!;

    public CustomerRig(params string[] providers)
    {
        foreach (var provider in providers)
        {
            _providers[provider] = new ScriptedProvider();
        }

        var cipher = new CredentialCipher(
            MasterKeysTests.Load(new() { MasterKey = new() { Text = new(TestSilo.Key(1)) } }),
            new SystemSecretSource(),
            Time);
        _services = new CustomerServices(
            this,
            _ => ValueTask.FromResult(new InstrumentOffer(
                ImmutableDictionary<string, ConnectorCapabilities>.Empty, UpiCollectAllowed: false)),
            Vault,
            cipher,
            new SystemSecretSource(),
            _options,
            new Uri("https://pay.example"),
            Trail,
            new PaymentClock(Time),
            NullLogger.Instance);
        Restart();
    }

    public ManualTime Time { get; } = new();

    public MemoryAuditTrail Trail { get; } = new();

    /// <summary>How long calls wait.</summary>
    public TimeSpan ResponseTimeout
    {
        get => _options.ResponseTimeout;
        set => _options.ResponseTimeout = value;
    }

    public ScriptedVault Vault { get; } = new();

    /// <summary>What is durable.</summary>
    public CustomerDocument Stored => _stored!;

    /// <summary>Which write fails, from 1, counted since this was set; 0 for none.</summary>
    public int FailsAt { get; set; }

    /// <summary>Whether that write happens nevertheless.</summary>
    public bool LosesResponse { get; set; }

    /// <summary>Whether the present process has given up.</summary>
    public bool IsDeactivated => _process.IsDeactivated;

    public ScriptedProvider this[string provider] => _providers[provider];

    /// <summary>The process dies, whatever it is doing, and another one begins from the document.</summary>
    public void Restart()
    {
        if (_process is not null)
        {
            _process.IsDead = true;
        }

        _process = new Process(this);
    }

    /// <summary>What the next activation continues.</summary>
    public Task ResumeAsync() => _process.RunAsync(async _ =>
    {
        await _process.Customer.ResumeAsync();
        return true;
    });

    public Task<T> CallAsync<T>(Func<CustomerHandlers, Task<T>> call) => _process.RunAsync(call);

    public Task<T> CallAsync<T>(Func<CustomerHandlers, T> call) =>
        _process.RunAsync(handlers => Task.FromResult(call(handlers)));

    /// <summary>The timers go off.</summary>
    public async Task FireTimersAsync()
    {
        Time.Advance(TimeSpan.FromMinutes(2));
        foreach (var action in _process.Timers.ToList())
        {
            _process.Timers.Remove(action);
            await _process.RunAsync(async _ =>
            {
                await action();
                return true;
            });
        }
    }

    /// <summary>A customer with a name.</summary>
    public Task PutAsync() =>
        CallAsync(calls => calls.PutAsync(new PutCustomer { Name = "Asha", Phone = "+919876543210" }));

    public static SaveCard Card(string number = "4111111111111111", int year = 2030)
    {
        Assert.True(CardNumber.TryParse(number, out var parsed));
        return new SaveCard
        {
            Number = parsed,
            ExpiryMonth = 12,
            ExpiryYear = year,
            HolderName = "A Customer",
            Indian = false,
            ConsentText = "v1",
        };
    }

    ValueTask<MerchantFacts> IMerchantProviders.FactsAsync(string merchant) => ValueTask.FromResult(new MerchantFacts
    {
        CardVault = true,
        Providers =
        [
            .. _providers.Keys.Order(StringComparer.Ordinal).Select(name => new ProviderFacts(name)
            {
                RegistersCustomers = true, KeepsCards = true, LinksByPassword = true, VerifiesUpi = true,
            }),
        ],
    });

    ValueTask<ConnectedProvider<T>?> IMerchantProviders.FindAsync<T>(string merchant, string provider)
        where T : class
    {
        var credentials = new ProviderCredentials(merchant, ImmutableDictionary<string, Secret>.Empty);
        return ValueTask.FromResult(_providers.TryGetValue(provider, out var scripted) && scripted is T capability
            ? new ConnectedProvider<T>(provider, capability, scripted, credentials)
            : null);
    }

    private sealed class Process : ICustomerHost
    {
        private readonly CustomerRig _rig;
        private readonly TaskScheduler _scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        private readonly CustomerHandlers _handlers;

        public Process(CustomerRig rig)
        {
            (_rig, Document) = (rig, rig._stored);
            Customer = new CustomerProcess(Asha, this, rig._services);
            _handlers = new CustomerHandlers(Asha, Customer, rig._services);
        }

        public CustomerProcess Customer { get; }

        public List<Func<Task>> Timers { get; } = [];

        public bool IsDead { get; set; }

        public bool IsDeactivated { get; private set; }

        public CustomerDocument? Document { get; private set; }

        public async Task WriteAsync(CustomerDocument next)
        {
            await Task.Yield();
            if (IsDead)
            {
                throw new TimeoutException("another process wrote it");
            }

            var fails = _rig.FailsAt > 0 && --_rig.FailsAt == 0;
            if (!fails || _rig.LosesResponse)
            {
                _rig._stored = next;
            }

            if (fails)
            {
                throw new IOException("The store broke down.");
            }

            Document = next;
        }

        public void Deactivate() => IsDeactivated = true;

        public void RunAfter(TimeSpan delay, Func<Task> action) => Timers.Add(action);

        public Task<T> RunAsync<T>(Func<CustomerHandlers, Task<T>> call) => Task.Factory.StartNew(
            () => call(_handlers), CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler).Unwrap();
    }
}
