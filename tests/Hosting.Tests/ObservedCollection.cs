namespace PaymentCluster.Hosting.Tests;

/// <summary>One system for all tests here: it is started once.</summary>
[CollectionDefinition(nameof(ObservedSystem))]
public sealed class ObservedCollection : ICollectionFixture<ObservedSystem>;
