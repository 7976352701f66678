using PaymentCluster.Hosting.Startup;
using PaymentCluster.Standalone;

return await HostProgram.RunAsync(async () =>
{
    await using var app = await StandaloneHost.PrepareAsync(args);
    await app.RunAsync();
});
