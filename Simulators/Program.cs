using PaymentCluster.Simulators;

await using var app = SimulatorsHost.Build(args);
await app.RunAsync();
