using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace PaymentCluster.Testing;

/// <summary>A network that fails on demand, between a process and a server that it talks to in requests and responses.
/// Loopback only.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    // ReadyForQuery outside a transaction: the server has done all that was requested.
    private static readonly byte[] Ready = [(byte)'Z', 0, 0, 0, 5, (byte)'I'];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<ProxyAct> _next = new();
    private readonly ConcurrentDictionary<ProxyFault, int> _done = new();
    private readonly ConcurrentDictionary<Connection, Task> _connections = new();
    private readonly (string Host, int Port) _server;
    private readonly byte[] _responded;
    private readonly Task _accepting;
    private volatile TaskCompletionSource? _stall;

    private FaultProxy(string host, int port, byte[] responded)
    {
        (_server, _responded) = ((host, port), responded);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>The port on 127.0.0.1 that leads through it.</summary>
    public int Port { get; }

    /// <summary>Whether new connections are refused.</summary>
    public bool Closed { get; set; }

    /// <summary>Decides about each request that <see cref="Next"/> says nothing of; null leaves them alone.</summary>
    public Func<ProxyAct?>? Draw { get; set; }

    /// <summary>Sees the beginning of each request.</summary>
    public Action<ReadOnlyMemory<byte>>? Seen { get; set; }

    /// <summary>What was done to requests, and how often.</summary>
    public IReadOnlyDictionary<ProxyFault, int> Done => _done;

    /// <summary>How many requests something was done to.</summary>
    public int Cuts => _done.Values.Sum();

    /// <summary>A proxy in front of a server whose clients send one request at a time on a connection, as in
    /// HTTP/1.1.</summary>
    public static FaultProxy To(int port, string host = "127.0.0.1") => new(host, port, []);

    /// <summary>A proxy in front of PostgreSQL. What it does to requests it does to sessions that are set up and
    /// idle.</summary>
    public static FaultProxy ToPostgres(string connectionString)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        return new FaultProxy(server.Host!, server.Port, Ready);
    }

    /// <summary>A connection string that leads through it.</summary>
    public string Through(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        Host = "127.0.0.1",
        Port = Port,
        SslMode = SslMode.Disable,
    }.ConnectionString;

    /// <summary>Does this to the next request on any connection.</summary>
    public void Next(ProxyAct act) => _next.Enqueue(act);

    /// <summary>From now on nothing passes in either direction, and nothing is lost.</summary>
    public void Stall() => _stall ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets everything pass that was held up, and what follows.</summary>
    public void Flow()
    {
        var stall = _stall;
        _stall = null;
        stall?.TrySetResult();
    }

    /// <summary>Ends all connections.</summary>
    public void Reset()
    {
        foreach (var connection in _connections.Keys)
        {
            connection.Abort();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Flow();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                if (Closed)
                {
                    client.Client.Close(0);
                    continue;
                }

                var connection = new Connection(client);
                _connections[connection] = ServeAsync(connection);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException
            or ObjectDisposedException)
        {
            // The proxy ends.
        }
    }

    private async Task ServeAsync(Connection connection)
    {
        await Task.Yield();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        try
        {
            await connection.Server.ConnectAsync(_server.Host, _server.Port, both.Token);
            connection.Near = connection.Client.GetStream();
            connection.Far = connection.Server.GetStream();
            await await Task.WhenAny(RequestsAsync(connection, both.Token), RepliesAsync(connection, both.Token));
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException
            or ObjectDisposedException)
        {
            // One side left; the other learns it now.
        }
        finally
        {
            await both.CancelAsync();
            connection.Act?.End();
            connection.Abort();
            _connections.TryRemove(connection, out _);
        }
    }

    private async Task RequestsAsync(Connection connection, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 16];
        int count;
        while ((count = await connection.Near.ReadAsync(buffer, cancellation)) > 0)
        {
            await StalledAsync(cancellation);
            var request = buffer.AsMemory(0, count);
            if (connection.Begins(_responded.Length == 0))
            {
                Seen?.Invoke(request);
                if (ActOn() is { } act && !await BeginAsync(connection, act, request, cancellation))
                {
                    return;
                }
            }

            if (connection.Act is not { Fault: ProxyFault.HalfOpen })
            {
                await connection.Far.WriteAsync(request, cancellation);
            }
        }
    }

    // Whether the request, and the connection, go on.
    private static async Task<bool> BeginAsync(
        Connection connection, ProxyAct act, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        connection.Act = act;
        switch (act.Fault)
        {
            case ProxyFault.Delay:
                await act.Until.WaitAsync(cancellation);
                connection.Act = null;
                return true;
            case ProxyFault.CutRequest:
                await connection.Far.WriteAsync(request[..Math.Min(act.At, request.Length - 1)], cancellation);
                return false;
            case ProxyFault.LateRequest:
                connection.Client.Client.Close(0);
                await act.Until.WaitAsync(cancellation);
                await connection.Far.WriteAsync(request, cancellation);
                await act.Over.WaitAsync(cancellation);
                return false;
            case ProxyFault.HalfOpen:
                await act.Until.WaitAsync(cancellation);
                return false;
            default:
                return true;
        }
    }

    private async Task RepliesAsync(Connection connection, CancellationToken cancellation)
    {
        var buffer = new byte[1 << 16];
        int count;
        while ((count = await connection.Far.ReadAsync(buffer, cancellation)) > 0)
        {
            await StalledAsync(cancellation);
            var reply = buffer.AsMemory(0, count);
            var isWhole = reply.Span.EndsWith(_responded);
            connection.Responses(isWhole);
            switch (connection.Act)
            {
                case null or { Fault: ProxyFault.Delay or ProxyFault.None }:
                    await connection.Near.WriteAsync(reply, cancellation);
                    break;
                case { Fault: ProxyFault.CutReply } act
                    when act.At > connection.Passed && act.At - connection.Passed < count:
                    await connection.Near.WriteAsync(reply[..(act.At - connection.Passed)], cancellation);
                    return;
                case { Fault: ProxyFault.CutReply } act when act.At > connection.Passed:
                    await connection.Near.WriteAsync(reply, cancellation);
                    connection.Passed += count;
                    break;
                case var _ when isWhole:
                    return;
            }
        }
    }

    private ProxyAct? ActOn()
    {
        var act = _next.TryDequeue(out var next) ? next : Draw?.Invoke();
        if (act is null or { Fault: ProxyFault.None })
        {
            return null;
        }

        _done.AddOrUpdate(act.Fault, 1, (_, count) => count + 1);
        return act;
    }

    private Task StalledAsync(CancellationToken cancellation) =>
        _stall?.Task.WaitAsync(cancellation) ?? Task.CompletedTask;

    private sealed class Connection(TcpClient client)
    {
        private bool _isIdle = true;
        private bool _isSetUp;

        public TcpClient Client => client;

        public TcpClient Server { get; } = new();

        public NetworkStream Near { get; set; } = null!;

        public NetworkStream Far { get; set; } = null!;

        public ProxyAct? Act { get; set; }

        /// <summary>How much of the response that is to be cut has passed.</summary>
        public int Passed { get; set; }

        // Bytes that come while nothing is outstanding are the beginning of a request.
        public bool Begins(bool isSetUpAtOnce)
        {
            var begins = _isIdle && (_isSetUp || isSetUpAtOnce);
            _isIdle = false;
            return begins;
        }

        public void Responses(bool isWhole)
        {
            _isSetUp |= isWhole;
            _isIdle |= isWhole;
        }

        public void Abort()
        {
            Abort(client);
            Abort(Server);
        }

        // With a reset, as a machine that is gone would be noticed.
        private static void Abort(TcpClient side)
        {
            if (side.Client is { } socket)
            {
                socket.Close(0);
            }
        }
    }
}
