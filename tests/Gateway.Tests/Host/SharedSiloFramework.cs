using System.Reflection;
using PaymentCluster.Gateway.Tests.Host;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework(
    $"PaymentCluster.Gateway.Tests.Host.{nameof(SharedSiloFramework)}", "PaymentCluster.Gateway.Tests")]
// Tests wait for commits most of the time.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

namespace PaymentCluster.Gateway.Tests.Host;

/// <summary>Stops the project's silo after its last test. A fixture that classes share would make them one collection,
/// whose tests run one after the other.</summary>
public sealed class SharedSiloFramework(IMessageSink messages) : XunitTestFramework(messages)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(
        AssemblyName assemblyName, ISourceInformationProvider sources, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assemblyName, sources, diagnostics)
    {
        protected override void RunTestCases(
            IEnumerable<IXunitTestCase> testCases,
            IMessageSink executionMessageSink,
            ITestFrameworkExecutionOptions executionOptions) =>
            // The sink hears of the end.
            _ = RunAsync(new Runner(
                TestAssembly, testCases, DiagnosticMessageSink, executionMessageSink, executionOptions));

        private static async Task RunAsync(Runner runner)
        {
            using (runner)
            {
                await runner.RunAsync();
            }
        }
    }

    private sealed class Runner(
        ITestAssembly assembly,
        IEnumerable<IXunitTestCase> tests,
        IMessageSink diagnostics,
        IMessageSink execution,
        ITestFrameworkExecutionOptions options)
        : XunitTestAssemblyRunner(assembly, tests, diagnostics, execution, options)
    {
        protected override async Task BeforeTestAssemblyFinishedAsync()
        {
            await Aggregator.RunAsync(GatewaySilo.StopAsync);
            await base.BeforeTestAssemblyFinishedAsync();
        }
    }
}
