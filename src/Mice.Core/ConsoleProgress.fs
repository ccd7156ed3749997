namespace Mice

open System
open System.Diagnostics

/// Progress as plain lines, with the time that is left.
[<RequireQualifiedAccess>]
module ConsoleProgress =
    /// Seconds between two lines.
    [<Literal>]
    let private Interval = 10.0

    /// <summary>Time left as people say it.</summary>
    /// <param name="gone">Time since the work began.</param>
    /// <param name="fraction">Share of the work that was done in that time.</param>
    let timeLeft (gone: TimeSpan) (fraction: float) : string =
        if fraction >= 1.0 then
            "done"
        elif not (fraction >= 0.01) || gone.TotalSeconds < 1.0 then
            "time left not known yet"
        else
            let seconds = gone.TotalSeconds * (1.0 - fraction) / fraction

            if seconds < 90.0 then $"{seconds:F0} s left"
            elif seconds < 5400.0 then $"{seconds / 60.0:F0} min left"
            else $"{seconds / 3600.0:F1} h left"

    /// <summary>A function that says the time left at every report of the share done. What the first report brings was done by an earlier run and
    /// took no time now; a smaller share than the one before begins other work.</summary>
    let remaining () : float -> string =
        let clock = Stopwatch()
        let first, last = ref 0.0, ref 0.0

        fun fraction ->
            if not clock.IsRunning || fraction < last.Value then
                first.Value <- fraction
                clock.Restart()

            last.Value <- fraction

            if fraction >= 1.0 then
                timeLeft clock.Elapsed 1.0
            else
                timeLeft clock.Elapsed ((fraction - first.Value) / (1.0 - first.Value))

    /// <summary>A function that writes reports of progress to standard error, a line every ten seconds at most; it may be called from several threads.</summary>
    let lines () : Progress -> unit =
        let clock = Stopwatch.StartNew()
        let next = ref TimeSpan.Zero
        let left = remaining ()
        let gate = obj ()

        fun progress ->
            lock gate (fun () ->
                let left = left progress.Fraction

                if clock.Elapsed >= next.Value then
                    next.Value <- clock.Elapsed + TimeSpan.FromSeconds Interval
                    eprintfn "%3.0f %%  %s (%s)" (100.0 * progress.Fraction) progress.Message left)
