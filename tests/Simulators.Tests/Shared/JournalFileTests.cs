using System.Text;
using PaymentCluster.Simulators.Journal;

namespace PaymentCluster.Simulators.Tests.Shared;

public sealed class JournalFileTests : IDisposable
{
    private readonly string _path = Path.Combine(
        Directory.CreateTempSubdirectory("journal").FullName, "journal.ndjson");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Fact]
    public async Task Lines_of_many_writers_return_whole_and_each_writers_in_order()
    {
        using (var journal = JournalFile.Open(_path, _ => Assert.Fail("a new journal has no lines")))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
            {
                for (var line = 0; line < 100; line++)
                {
                    await journal.Append(Encoding.UTF8.GetBytes($"{writer}:{line}"));
                }
            })));
        }

        var lines = ReadBack();

        Assert.Equal(800, lines.Count);
        Assert.All(lines.GroupBy(line => line.Split(':')[0]),
            writer => Assert.Equal(Enumerable.Range(0, 100), writer.Select(line => int.Parse(line.Split(':')[1]))));
    }

    [Fact]
    public async Task A_line_longer_than_the_readers_buffer_returns_whole()
    {
        var line = new string('x', 3_000_000);
        using (var journal = JournalFile.Open(_path, _ => { }))
        {
            await journal.Append("before"u8.ToArray());
            await journal.Append(Encoding.UTF8.GetBytes(line));
            await journal.Append("after"u8.ToArray());
        }

        Assert.Equal(["before", line, "after"], ReadBack());
    }

    [Fact]
    public async Task What_is_appended_after_a_torn_line_begins_a_line_of_its_own()
    {
        await File.WriteAllTextAsync(_path, "whole\ntor");
        using (var journal = JournalFile.Open(_path, _ => { }))
        {
            await journal.Append("next"u8.ToArray());
        }

        Assert.Equal(["whole", "next"], ReadBack());
    }

    [Fact]
    public async Task A_closed_journal_takes_no_more_lines()
    {
        var journal = JournalFile.Open(_path, _ => { });
        journal.Dispose();

        await Assert.ThrowsAsync<IOException>(() => journal.Append("late"u8));
    }

    private List<string> ReadBack()
    {
        var lines = new List<string>();
        JournalFile.Open(_path, line => lines.Add(Encoding.UTF8.GetString(line.Span))).Dispose();
        return lines;
    }
}
