using PaymentCluster.Bench;
using PaymentCluster.Bench.Load;
using PaymentCluster.Bench.Server;
using PaymentCluster.Hosting.Startup;

// One program in three roles: it measures, and starts itself as the server that is measured and as the loader.
return args switch
{
    ["server", ..] => await HostProgram.RunAsync(() => BenchServer.RunAsync(args[1..])),
    ["load"] => Loader.Run(),
    _ => await Benchmark.RunAsync(args),
};
