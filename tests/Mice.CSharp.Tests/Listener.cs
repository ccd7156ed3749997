using System;
using System.Collections.Generic;
using Mice.CSharp;

namespace Mice.CSharp.Tests;

/// <summary>Keeps all that it is told.</summary>
internal sealed class Listener : IProgress<EstimationProgress>
{
    public List<EstimationProgress> Heard { get; } = [];

    public void Report(EstimationProgress value)
    {
        lock (Heard)
        {
            Heard.Add(value);
        }
    }
}
