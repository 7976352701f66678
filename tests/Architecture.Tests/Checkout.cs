using System.Text.RegularExpressions;

namespace PaymentCluster.Architecture.Tests;

/// <summary>The files of this checkout, without what builds and runs leave in it.</summary>
internal static partial class Checkout
{
    private static readonly string[] NotOurs =
    [
        "bin", "obj", ".git", ".local", ".vs", ".idea", "TestResults", "BenchmarkDotNet.Artifacts",
    ];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<SourceFile> Files { get; } = [.. Read(new DirectoryInfo(Root))];

    public static IEnumerable<SourceFile> Sources =>
        Files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>Names of files and folders in the root.</summary>
    public static IEnumerable<string> RootEntries => new DirectoryInfo(Root).EnumerateFileSystemInfos()
        .Select(entry => entry.Name)
        .Where(name => !NotOurs.Contains(name) && !name.EndsWith(".user", StringComparison.Ordinal));

    public static string Text(string path) => File.ReadAllText(System.IO.Path.Combine(Root, path));

    public static bool Exists(string path) => System.IO.Path.Exists(System.IO.Path.Combine(Root, path));

    private static string FindRoot()
    {
        for (
            var directory = new DirectoryInfo(
                AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "PaymentCluster.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not run inside the checkout.");
    }

    private static IEnumerable<SourceFile> Read(DirectoryInfo directory)
    {
        foreach (var file in directory.EnumerateFiles().Where(file => IsText(file.Name)))
        {
            yield return new SourceFile(
                System.IO.Path.GetRelativePath(Root, file.FullName), File.ReadAllText(file.FullName));
        }

        foreach (var child in directory.EnumerateDirectories().Where(child => !NotOurs.Contains(child.Name)))
        {
            foreach (var file in Read(child))
            {
                yield return file;
            }
        }
    }

    private static bool IsText(string name) =>
        TextFile().IsMatch(name) || !name.Contains('.', StringComparison.Ordinal);

    [GeneratedRegex(
        @"\.(cs|csproj|props|targets|sln|sql|md|json|yml|yaml|sh|html|css|js|txt|"
            + @"editorconfig|gitignore|dockerignore)$")]
    private static partial Regex TextFile();
}

/// <summary>One file, named from the root.</summary>
internal sealed partial record SourceFile(string Path, string Text)
{
    public string Name => System.IO.Path.GetFileName(Path);

    public string[] Folders => Path.Split('/')[..^1];

    public bool IsIn(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    public int LineCount => Text.Split('\n').Length - (Text.EndsWith('\n') ? 1 : 0);

    /// <summary>The code with comments and the contents of strings removed, lines kept.</summary>
    public string Code => CommentOrString().Replace(Text, match =>
        (match.Value.StartsWith('/') ? "" : "\"\"") + new string('\n', match.Value.Count(c => c == '\n')));

    [GeneratedRegex(
        """"
        //[^\n]*|/\*.*?\*/|\$*"""(?s:.*?)"""|@"(?:[^"]|"")*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'
        """", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}
