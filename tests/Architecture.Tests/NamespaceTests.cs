using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PaymentCluster.Architecture.Tests;

/// <summary>Capabilities inside a project depend on each other in one direction. The project's own namespace composes
/// them, and none of them uses it.</summary>
public sealed class NamespaceTests
{
    [Theory]
    [InlineData("Grains")]
    public void Capabilities_depend_in_one_direction(string project)
    {
        var graph = new CapabilityGraph(project);
        Assert.NotEmpty(graph.Edges);
        Violations.None(graph.Cycles());
    }

    [Fact]
    public void A_cycle_is_found_and_named() => Assert.Equal(
        ["A -> B -> C -> A"],
        CapabilityGraph.CyclesOf(new Dictionary<string, IReadOnlyCollection<string>>(StringComparer.Ordinal)
        {
            ["A"] = ["B"], ["B"] = ["C", "D"], ["C"] = ["A", "D"], ["D"] = [],
        }));
}

/// <summary>Which capability of a project uses which, by usings and qualified names.</summary>
internal sealed class CapabilityGraph
{
    // The project's own namespace, as a node.
    private const string Composition = "(composition)";

    private readonly string _root;
    private readonly Dictionary<string, HashSet<string>> _types = new(StringComparer.Ordinal);

    public CapabilityGraph(string project)
    {
        _root = $"PaymentCluster.{project}";
        var files = Syntax.Products
            .Where(product => product.File.IsIn(project))
            .Select(product => product.Root)
            .ToList();
        foreach (var root in files)
        {
            foreach (var declared in root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>())
            {
                TypesOf(CapabilityOf(root)).Add(declared.Identifier.Text);
            }
        }

        Edges = files
            .SelectMany(root => UsesOf(root).Select(used => (From: CapabilityOf(root), To: used)))
            .Where(edge => edge.From != edge.To)
            .ToHashSet();
    }

    public IReadOnlySet<(string From, string To)> Edges { get; }

    public IReadOnlyList<string> Cycles() => CyclesOf(Edges
        .SelectMany(edge => new[] { edge.From, edge.To })
        .Distinct(StringComparer.Ordinal)
        .ToDictionary(
            capability => capability,
            IReadOnlyCollection<string> (capability) =>
                [.. Edges.Where(edge => edge.From == capability).Select(edge => edge.To)],
            StringComparer.Ordinal));

    /// <summary>A shortest cycle through each node that has one; each cycle once.</summary>
    public static IReadOnlyList<string> CyclesOf(IReadOnlyDictionary<string, IReadOnlyCollection<string>> graph) =>
    [
        .. graph.Keys
            .Select(start => ShortestFrom(start, graph))
            .OfType<List<string>>()
            .Select(cycle =>
            {
                var first = cycle.IndexOf(cycle.Min(StringComparer.Ordinal)!);
                string[] turned = [.. cycle[first..], .. cycle[..first], cycle[first]];
                return string.Join(" -> ", turned);
            })
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];

    private static List<string>? ShortestFrom(
        string start, IReadOnlyDictionary<string, IReadOnlyCollection<string>> graph)
    {
        var before = new Dictionary<string, string>(StringComparer.Ordinal);
        var next = new Queue<string>([start]);
        while (next.TryDequeue(out var node))
        {
            foreach (var used in graph[node])
            {
                if (used == start)
                {
                    var cycle = new List<string> { node };
                    while (cycle[0] != start)
                    {
                        cycle.Insert(0, before[cycle[0]]);
                    }

                    return cycle;
                }

                if (before.TryAdd(used, node))
                {
                    next.Enqueue(used);
                }
            }
        }

        return null;
    }

    private HashSet<string> TypesOf(string capability) => _types.TryGetValue(capability, out var types)
        ? types
        : _types[capability] = new HashSet<string>(StringComparer.Ordinal);

    private string CapabilityOf(SyntaxNode root) => CapabilityOf(
        root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString() ?? _root);

    // PaymentCluster.Grains.Payments.Process is a part of Payments.
    private string CapabilityOf(string space) =>
        space.StartsWith(_root + ".", StringComparison.Ordinal)
            ? space[(_root.Length + 1)..].Split('.')[0]
            : Composition;

    private IEnumerable<string> UsesOf(SyntaxNode root)
    {
        var usings = root.DescendantNodes().OfType<UsingDirectiveSyntax>()
            .Select(directive => directive.NamespaceOrType.ToString())
            .Where(space => space.StartsWith(_root + ".", StringComparison.Ordinal))
            .Select(CapabilityOf);
        // Payments.PaymentKey, or Grains.Payments.PaymentKey: from the name of the capability on.
        var qualified =
            from name in root.DescendantNodes()
            let parts = name switch
            {
                QualifiedNameSyntax type => type.ToString().Split('.'),
                MemberAccessExpressionSyntax access => access.ToString().Split('.'),
                _ => [],
            }
            from index in Enumerable.Range(0, Math.Max(0, parts.Length - 1))
            where _types.TryGetValue(parts[index], out var types) && types.Contains(parts[^1])
            select parts[index];
        // The project's own namespace needs no using.
        var composition = root.DescendantNodes().OfType<IdentifierNameSyntax>()
            .Where(name => TypesOf(Composition).Contains(name.Identifier.Text))
            .Select(_ => Composition);
        // Not a capability of this project: Grains.Abstractions is a project of its own.
        return usings.Concat(qualified).Concat(composition).Where(used => used is not "Abstractions");
    }
}
