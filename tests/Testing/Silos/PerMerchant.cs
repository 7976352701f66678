using System.Reflection;
using PaymentCluster.Connectors.Contract;

namespace PaymentCluster.Testing.Silos;

/// <summary>One connector of a silo that tests share: the calls of each merchant go to a double of its own.</summary>
public class PerMerchant : DispatchProxy
{
    private Func<string, object> _of = merchant => throw new NotSupportedException(merchant);

    /// <summary>A connector over one double for each merchant.</summary>
    /// <typeparam name="T">All that the doubles implement.</typeparam>
    public static T Connector<T>(Func<string, T> of)
        where T : class, IConnector
    {
        var connector = Create<T, PerMerchant>();
        ((PerMerchant)(object)connector)._of = of;
        return connector;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        // What needs no account, such as its capabilities, is the same for every merchant.
        var merchant = args?.OfType<ProviderCredentials>().SingleOrDefault()?.Merchant ?? "";
        return targetMethod!.Invoke(_of(merchant), args);
    }
}

/// <summary>All that <see cref="KeepingConnector"/> is.</summary>
internal interface IKeepingConnector
    : IConnector, IUpiVerification, ICustomerAccounts, ISavedCards, IWalletsByPassword;

/// <summary>All that <see cref="ConsentingConnector"/> is.</summary>
internal interface IConsentingConnector : IConnector, IWalletsByConsent;
