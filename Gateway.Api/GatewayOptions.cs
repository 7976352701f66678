namespace PaymentCluster.Gateway.Api;

/// <summary>What an operator may set about the gateway: the configuration section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "Gateway";

    /// <summary>Where callers reach the gateway, such as <c>https://pay.shop.example</c>: what its links begin with.
    /// Default: where each request came to.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Lower-case hex SHA-256 of the key that administers merchants; without it such calls are
    /// refused.</summary>
    public string? AdminKeyHash
    {
        get;
        // An environment that names the setting without a value means none.
        set => field = string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>Requests per second that one API key may make in the long run.</summary>
    public int RequestsPerSecond { get; set; } = 2000;

    /// <summary>Requests that one API key may make at once after a pause.</summary>
    public int RequestBurst { get; set; } = 4000;

    /// <summary>Writes that may be in flight in this process; what comes above that and the queue is refused before
    /// anything is accepted.</summary>
    public int WritesInFlight { get; set; } = 2048;

    /// <summary>Writes that may wait for their turn.</summary>
    public int WritesQueued { get; set; } = 256;

    /// <summary>Reads that may wait for a change (<c>?wait=</c>, browser returns) in this process.</summary>
    public int WaitingReads { get; set; } = 4096;

    /// <summary>Event streams that may be open in this process.</summary>
    public int EventStreams { get; set; } = 2048;

    /// <summary>The part of the waiting reads and event streams that one merchant may hold, in percent.</summary>
    public int MerchantSharePercent { get; set; } = 50;

    /// <summary>The part of its merchant's that pages may hold together, in percent: what anyone can open from a page
    /// leaves the rest to the merchant's servers.</summary>
    public int PageSharePercent { get; set; } = 50;

    /// <summary>For how long the resolution of an API key is cached. A revoked key works this much longer at
    /// most.</summary>
    public TimeSpan KeyLifetime { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>For how long the resolution of an API key counts while the silo that knows the key does not respond.
    /// Such a silo knows nothing of a revocation either. Default 30 s.</summary>
    public TimeSpan StaleKeyLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Refused API keys that one address may send at once after a pause; it regains one per second.</summary>
    public int FailedKeysPerAddress { get; set; } = 30;

    /// <summary>Refused client secrets, tickets and page tokens that may be sent for one payment at once after a pause,
    /// from all addresses together; it regains one per second.</summary>
    public int FailedSecretsPerPayment { get; set; } = 30;

    /// <summary>Browser returns per second from one address.</summary>
    public int ReturnsPerSecond { get; set; } = 50;

    /// <summary>Webhooks per second from one address. A provider sends those of all its merchants from a few.</summary>
    public int WebhooksPerSecond { get; set; } = 1000;

    /// <summary>Webhooks from one address that may be in flight in this process; past that the provider is to send
    /// again.</summary>
    public int WebhooksInFlightPerAddress { get; set; } = 256;

    /// <summary>Addresses of the proxies in front, whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are
    /// trusted; other addresses' are not.</summary>
    public IList<string> KnownProxies { get; } = [];

    /// <summary>Networks in CIDR notation, such as <c>10.20.0.0/16</c>, of which every address is a proxy like those of
    /// <see cref="KnownProxies"/>: where proxies come and go.</summary>
    public IList<string> KnownNetworks { get; } = [];

    /// <summary>Whether calls with cards are taken in clear text from other machines: where nothing real is paid, or
    /// where the way to the proxy that ends TLS is safe and the proxy is not named.</summary>
    public bool AllowPlainHttp { get; set; }

    /// <summary>Whether there are proxies in front whose forwarded headers are trusted.</summary>
    internal bool HasProxies => KnownProxies.Count > 0 || KnownNetworks.Count > 0;

    /// <summary>The merchant of the demo shop at <c>/demo</c>; without it there is none. For development only: anyone
    /// who reaches the gateway can order there.</summary>
    public string? DemoMerchant
    {
        get;
        set => field = string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>Open connections; 0 for no limit.</summary>
    public int Connections { get; set; } = 20_000;

    /// <summary>Where operators' tools listen (the dashboard), such as <c>http://127.0.0.1:8081</c>; without it there
    /// are none. Never an address that customers can reach.</summary>
    public string? ManagementUrl
    {
        get;
        set => field = string.IsNullOrEmpty(value) ? null : value;
    }
}
