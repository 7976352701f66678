using PaymentCluster.Hosting.Startup;
using PaymentCluster.Silo;
using PaymentCluster.Standalone;

return await HostProgram.RunAsync(async () =>
{
    if (await OwnerCommands.RunAsync(args))
    {
        return;
    }

    await using var app = await StandaloneHost.PrepareAsync(args);
    await app.RunAsync();
});
