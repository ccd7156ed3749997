// Everything about building Mice: dotnet fsi build.fsx TARGET. Needs the .NET SDK and nothing else; on Debian, as root,
// it installs what is missing. Uses the standard library only, so that it runs before any package is restored.

open System
open System.Diagnostics
open System.Globalization
open System.IO
open System.Security.Cryptography
open System.Text
open System.Text.Json
open System.Text.RegularExpressions
open System.Xml.Linq

let root = __SOURCE_DIRECTORY__

let at (parts: string list) =
    Path.Combine(Array.ofList (root :: parts))

let artifacts = at [ "artifacts" ]

/// Ends the script: 1 = a step failed, 2 = something is missing that only the user can provide.
let stop (code: int) (message: string) : 'never =
    eprintfn "%s" message
    exit code

// ---- Other programs -------------------------------------------------------------------------------------------------

let private startInfo (program: string) (arguments: string list) =
    let info =
        ProcessStartInfo(program, arguments, WorkingDirectory = root, UseShellExecute = false)
    // Build servers that outlive the build would keep the pipes of whoever called us open.
    info.Environment["MSBUILDDISABLENODEREUSE"] <- "1"
    info.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] <- "0"
    info.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] <- "1"
    info.Environment["DOTNET_NOLOGO"] <- "1"
    info

let onPath (program: string) =
    (Environment.GetEnvironmentVariable "PATH").Split Path.PathSeparator
    |> Array.exists (fun folder -> folder <> "" && File.Exists(Path.Combine(folder, program)))

/// Runs a program with our own output and returns its exit code.
let tryRun (program: string) (arguments: string list) =
    Console.Out.Flush()
    use started = Process.Start(startInfo program arguments)
    started.WaitForExit()
    started.ExitCode

/// Runs a program and stops when it fails.
let run (program: string) (arguments: string list) =
    let code = tryRun program arguments

    if code <> 0 then
        let line = String.concat " " (program :: arguments)
        stop 1 $"Failed with exit code {code}: {line}"

/// Standard output of a program that must succeed.
let capture (program: string) (arguments: string list) =
    let info = startInfo program arguments
    info.RedirectStandardOutput <- true
    use started = Process.Start info
    let text = started.StandardOutput.ReadToEnd()
    started.WaitForExit()

    if started.ExitCode <> 0 then
        stop 1 $"Failed with exit code {started.ExitCode}: {program}"
    else
        text

let step (title: string) = printfn "== %s" title

// ---- Steps that are skipped when their inputs have not changed ------------------------------------------------------

let private isGenerated (path: string) =
    path.Split Path.DirectorySeparatorChar
    |> Array.exists (fun part -> part = "bin" || part = "obj" || part = "artifacts")

/// Source files below some folders of the repository (or single files), without build output.
let filesUnder (folders: string list) =
    [
        for folder in folders do
            let path = at [ folder ]

            if File.Exists path then
                path
            elif Directory.Exists path then
                yield!
                    Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                    |> Seq.filter (fun file -> not (isGenerated (Path.GetRelativePath(root, file))))
    ]
    |> List.sortWith (fun a b -> String.CompareOrdinal(a, b))

let private fingerprint (files: string list) =
    use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256

    for file in files do
        hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(root, file) + "\n"))
        hash.AppendData(SHA256.HashData(File.ReadAllBytes file))

    Convert.ToHexString(hash.GetHashAndReset())

/// Does the work unless it was done for the same inputs before and its outputs are still there.
let whenChanged (name: string) (inputs: string list) (outputs: string list) (work: unit -> unit) =
    let stamp = Path.Combine(artifacts, "stamps", name)
    let current = fingerprint inputs

    let exists path =
        File.Exists path || Directory.Exists path

    if not (List.forall exists outputs && File.Exists stamp && File.ReadAllText stamp = current) then
        step name
        work ()
        Directory.CreateDirectory(Path.GetDirectoryName stamp) |> ignore
        File.WriteAllText(stamp, current)

// ---- Debian packages ------------------------------------------------------------------------------------------------

let private anyUnder (folders: string list) (relative: string) =
    folders
    |> List.exists (fun folder ->
        File.Exists(Path.Combine(folder, relative))
        || Directory.Exists folder
           && Directory.GetDirectories folder
              |> Array.exists (fun inner ->
                  File.Exists(Path.Combine(inner, relative)) || Directory.Exists(Path.Combine(inner, relative))))

let private pythonHas (modules: string) =
    File.Exists "/usr/bin/python3"
    && tryRun
        "/usr/bin/python3"
        [
            "-c"
            $"import sys, importlib.util as u; sys.exit(not u.find_spec('{modules}'))"
        ]
        =
        0

/// A Debian package, and how to tell that what it brings is here already.
let private isPresent (package: string) =
    let libraries = [ "/usr/lib"; "/usr/lib64" ]

    match package with
    | "openkim-models" -> anyUnder libraries "kim-api/portable-models"
    | "lammps" -> onPath "lmp"
    | "python3-torch" -> pythonHas "torch"
    | "python3-scipy" -> pythonHas "scipy"
    | "python3-numba" -> pythonHas "numba"
    | "python3-numpy" -> pythonHas "numpy"
    | program -> onPath program

let install (packages: string list) =
    match packages |> List.filter (isPresent >> not) with
    | [] -> ()
    | missing ->
        let line = "apt-get install -y --no-install-recommends " + String.concat " " missing

        if onPath "apt-get" && Environment.IsPrivilegedProcess then
            step $"""Installing {String.concat ", " missing}"""
            Environment.SetEnvironmentVariable("DEBIAN_FRONTEND", "noninteractive")
            run "apt-get" [ "update"; "-qq" ]
            run "apt-get" ([ "install"; "-y"; "-qq"; "--no-install-recommends" ] @ missing)
        else
            stop 2 $"Missing packages. Run: sudo sh -c 'apt-get update && {line}'"

let private forLammps = [ "lammps"; "openkim-models" ]

let private forPeers =
    [ "python3-torch"; "python3-scipy"; "python3-numpy"; "python3-numba" ]

// ---- Building -------------------------------------------------------------------------------------------------------

/// Paket's source is this machine's own: the first one that is enabled (lines are "E address", "EM address", "D address").
let private setPackageSource () =
    if String.IsNullOrEmpty(Environment.GetEnvironmentVariable "PAKET_SOURCE") then
        capture "dotnet" [ "nuget"; "list"; "source"; "--format"; "short" ]
        |> _.Split('\n')
        |> Array.tryPick (fun line ->
            match line.Trim().Split(' ', 2) with
            | [| flags; address |] when flags.StartsWith 'E' -> Some address
            | _ -> None)
        |> function
            | Some address -> Environment.SetEnvironmentVariable("PAKET_SOURCE", address)
            | None -> stop 2 "No package source is enabled. Run: dotnet nuget add source ADDRESS"

let private packageCache () =
    match Environment.GetEnvironmentVariable "NUGET_PACKAGES" with
    | null
    | "" -> Path.Combine(Environment.GetFolderPath Environment.SpecialFolder.UserProfile, ".nuget", "packages")
    | folder -> folder

let restore () =
    let inputs =
        filesUnder [ "paket.dependencies"; "paket.lock"; ".config"; "src"; "tests" ]
        |> List.filter (fun file ->
            let name = Path.GetFileName file
            name.StartsWith "paket." || name.EndsWith "proj" || name = "dotnet-tools.json")

    let outputs =
        [
            at [ ".paket"; "Paket.Restore.targets" ]
            at [ "paket-files"; "paket.restore.cached" ]
            Path.Combine(packageCache (), "fsharp.core")
        ]

    whenChanged "restore" inputs outputs (fun () ->
        setPackageSource ()
        run "dotnet" [ "tool"; "restore" ]
        run "dotnet" [ "paket"; "restore" ])

/// Builds a project or solution in Release. Output goes where the projects say: bin/Release/net10.0 of each.
let private buildProject (name: string) (sources: string list) (project: string) (outputs: string list) =
    restore ()

    let inputs =
        filesUnder (sources @ [ "Directory.Build.props"; "Directory.Build.targets"; "Mice.sln"; "paket.lock" ])

    whenChanged name inputs outputs (fun () ->
        setPackageSource ()

        run
            "dotnet"
            [
                "build"
                project
                "-c"
                "Release"
                "-v"
                "quiet"
                "-p:UseSharedCompilation=false"
            ])

let private assembly (folder: string) (project: string) (file: string) =
    at [ folder; project; "bin"; "Release"; "net10.0"; file + ".dll" ]

let private testProjects () =
    Directory.GetDirectories(at [ "tests" ], "*.Tests")
    |> Array.map Path.GetFileName
    |> Array.sort
    |> List.ofArray

let build () =
    let outputs =
        assembly "src" "Mice.Cli" "mice"
        :: assembly "src" "Mice.CSharp" "Mice.CSharp"
        :: (testProjects () |> List.map (fun name -> assembly "tests" name name))

    buildProject "build" [ "src"; "tests" ] "Mice.sln" outputs

let private buildCommandLine () =
    buildProject "build command line" [ "src" ] "src/Mice.Cli/Mice.Cli.fsproj" [ assembly "src" "Mice.Cli" "mice" ]

// ---- Targets --------------------------------------------------------------------------------------------------------

let demo (arguments: string list) =
    buildCommandLine ()
    let folder = at [ "artifacts"; "demo" ]
    Directory.CreateDirectory folder |> ignore

    let sodium name =
        Path.Combine("docs", "data", "na", name)

    let json, report = "artifacts/demo/result.json", "artifacts/demo/report.html"
    File.Delete(at [ json ])
    File.Delete(at [ report ])
    step "mice melt: sodium at 350 K, 20 + 20 snapshots"

    let code =
        tryRun
            "dotnet"
            ([ "exec"; assembly "src" "Mice.Cli" "mice"; "melt" ]
             @ [ "--solid"; sodium "solid.dump.gz"; "--liquid"; sodium "liquid.dump.gz" ]
             @ [
                 "--solid-thermo"
                 sodium "solid_thermo.csv"
                 "--liquid-thermo"
                 sodium "liquid_thermo.csv"
             ]
             @ [ "--temperature"; "350"; "--quick" ]
             @ [ "--json"; json; "--report"; report ]
             @ arguments)

    // 1 = the result did not pass all of its own checks, and said which, or the run was stopped.
    if code > 1 || not (File.Exists(at [ json ])) then
        stop (max 1 code) $"mice ended with exit code {code}."

    printfn "Report: %s, numbers: %s" report json

// ---- Tests ----------------------------------------------------------------------------------------------------------

type private Outcome =
    | Passed
    | Failed of message: string
    | Skipped of reason: string

type private TestResult =
    {
        Project: string
        Name: string
        Seconds: float
        Outcome: Outcome
    }

let private elements (name: string) (parent: XContainer) =
    parent.Descendants() |> Seq.filter (fun e -> e.Name.LocalName = name)

let private attribute (name: string) (element: XElement) =
    match element.Attribute(XName.Get name) with
    | null -> ""
    | found -> found.Value

/// An XML file whose texts may hold any characters: names of tests quote their data.
let private loadXml (file: string) =
    use reader =
        Xml.XmlReader.Create(file, Xml.XmlReaderSettings(CheckCharacters = false))

    XDocument.Load reader

/// What a run of Expecto left: a JUnit summary.
let private readJUnit (project: string) (file: string) =
    [
        for case in loadXml file |> elements "testcase" do
            let child name = elements name case |> Seq.tryHead

            {
                Project = project
                Name = attribute "name" case
                Seconds = Double.Parse(attribute "time" case, CultureInfo.InvariantCulture)
                Outcome =
                    match child "failure", child "error", child "skipped" with
                    | Some fault, _, _
                    | _, Some fault, _ -> Failed((attribute "message" fault + "\n" + fault.Value).Trim())
                    | _, _, Some reason -> Skipped(attribute "message" reason)
                    | _ -> Passed
            }
    ]

/// What `dotnet test` left: a TRX file.
let private readTrx (project: string) (file: string) =
    [
        for case in loadXml file |> elements "UnitTestResult" do
            {
                Project = project
                Name = attribute "testName" case
                Seconds =
                    match TimeSpan.TryParse(attribute "duration" case, CultureInfo.InvariantCulture) with
                    | true, time -> time.TotalSeconds
                    | _ -> 0.0
                Outcome =
                    let message = elements "Message" case |> Seq.map _.Value |> String.concat "\n"

                    match attribute "outcome" case with
                    | "Passed" -> Passed
                    | "NotExecuted" -> Skipped message
                    | _ -> Failed message
            }
    ]

let private isExpecto (project: string) =
    File.ReadLines(at [ "tests"; project; "paket.references" ])
    |> Seq.exists (fun line -> line.Trim() = "Expecto")

/// Runs the built tests of one project, all or those whose full name contains a text.
let private runTests (results: string) (containing: string option) (project: string) : TestResult list =
    step project
    let expecto = isExpecto project
    let file = Path.Combine(results, project + (if expecto then ".xml" else ".trx"))
    let program = assembly "tests" project project

    let code =
        if expecto then
            let part =
                containing |> Option.map (fun text -> [ "--containing"; text ]) |> Option.defaultValue []

            tryRun "dotnet" ([ "exec"; program; "--junit-summary"; file ] @ part)
        else
            let settings = at [ "tests"; project; "one-thread.runsettings" ]

            tryRun
                "dotnet"
                ([ "test"; program; "--results-directory"; results ]
                 @ (if File.Exists settings then
                        [ "--settings"; settings ]
                    else
                        [])
                 @ [ "--logger"; $"trx;LogFileName={project}.trx"; "--blame-hang-timeout"; "15m" ]
                 @ [ "--blame-hang-dump-type"; "none" ]
                 @ (containing
                    |> Option.map (fun text -> [ "--filter"; $"FullyQualifiedName~{text}" ])
                    |> Option.defaultValue []))

    let found =
        if not (File.Exists file) then []
        elif expecto then readJUnit project file
        else readTrx project file

    // A program that died may not have reported a failed test, but must not pass.
    if found |> List.exists (fun r -> r.Outcome.IsFailed) || code = 0 && File.Exists file then
        found
    else
        {
            Project = project
            Name = "the program itself"
            Seconds = 0.0
            Outcome = Failed $"ended with exit code {code} and reported {found.Length} tests"
        }
        :: found

/// Skipped and failed tests with their messages, the slowest ten, and as the last line the totals.
let private summarise (results: string) (all: TestResult list) =
    for test in all do
        match test.Outcome with
        | Skipped reason -> printfn "SKIPPED %s: %s: %s" test.Project test.Name reason
        | Passed
        | Failed _ -> ()

    for test in all do
        match test.Outcome with
        | Failed message -> printfn "FAILED %s: %s\n    %s" test.Project test.Name (message.Replace("\n", "\n    "))
        | Passed
        | Skipped _ -> ()

    printfn "The slowest tests:"

    for test in all |> List.sortByDescending _.Seconds |> List.truncate 10 do
        printfn "%8.1f s  %s: %s" test.Seconds test.Project test.Name

    let count kind =
        all |> List.filter (fun test -> kind test.Outcome) |> List.length

    let failed = count _.IsFailed

    let line =
        $"{count _.IsPassed} passed, {failed} failed, {count _.IsSkipped} skipped"

    File.WriteAllText(Path.Combine(results, "summary.txt"), line + "\n")
    printfn "%s" line

    if failed > 0 then
        exit 1

/// The projects that were named, `Atoms` for `Mice.Atoms.Tests`; all when none was.
let private chosenTests (names: string list) =
    let all = testProjects ()

    let named (name: string) =
        let full = if name.Contains '.' then name else $"Mice.{name}.Tests"

        match
            all
            |> List.tryFind (fun project -> String.Equals(project, full, StringComparison.OrdinalIgnoreCase))
        with
        | Some project -> project
        | None ->
            let known =
                all |> List.map (fun project -> project.Split('.')[1]) |> String.concat ", "

            stop 2 $"There are no tests of '{name}'; there are {known}. A part of the tests: --filter TEXT."

    if List.isEmpty names then all else List.map named names

/// Projects to test, the text of --filter, and whether --lammps was given.
let rec private testArguments (arguments: string list) =
    match arguments with
    | [] -> [], None, false
    | "--lammps" :: rest ->
        let names, text, _ = testArguments rest
        names, text, true
    | "--filter" :: text :: rest ->
        let names, _, lammps = testArguments rest
        names, Some text, lammps
    | option :: _ when option.StartsWith '-' ->
        stop 2 $"'test' does not know '{option}'; it knows --filter TEXT and --lammps."
    | name :: rest ->
        let names, text, lammps = testArguments rest
        name :: names, text, lammps

let test (arguments: string list) =
    let names, containing, lammps = testArguments arguments
    let projects = chosenTests names

    if lammps then
        install forLammps

    if List.isEmpty names then
        build ()
    else
        for name in projects do
            let project = Path.Combine("tests", name)
            buildProject $"build {name}" [ "src"; "tests" ] project [ assembly "tests" name name ]

    let results = at [ "artifacts"; "test-results" ]

    if Directory.Exists results then
        Directory.Delete(results, true)

    Directory.CreateDirectory results |> ignore
    let all = projects |> List.collect (runTests results containing)

    if List.isEmpty all then
        stop 1 "No test has a full name that contains this text."
    else
        summarise results all

// ---- Other targets --------------------------------------------------------------------------------------------------

/// `bench` and `verify` run what tests/Mice.Benchmarks and tests/Mice.Verification register, and write docs/benchmarks.md.
let private measure (verb: string) (project: string) (arguments: string list) =
    install (forLammps @ (if verb = "bench" then forPeers else []))
    build ()
    run "dotnet" ([ "exec"; assembly "tests" project project; verb ] @ arguments)

let format () =
    restore ()
    run "dotnet" [ "fantomas"; "src"; "tests"; "build.fsx" ]

let checkFormat () =
    restore ()
    run "dotnet" [ "fantomas"; "--check"; "src"; "tests"; "build.fsx" ]

/// Links between pages become relative, so that they work from a disk as well as from any server.
let private makeRelative (folder: string) (page: string) =
    let depth =
        Path.GetRelativePath(folder, page).Split(Path.DirectorySeparatorChar).Length - 1

    let upwards = String.replicate depth "../"
    File.WriteAllText(page, (File.ReadAllText page).Replace("/pages-root/", upwards))

/// Links of a page to files that do not exist.
let private deadLinks (page: string) =
    Regex.Matches(File.ReadAllText page, "(?:href|src)=\"([^\"#?]+)")
    |> Seq.map _.Groups[1].Value
    |> Seq.distinct
    |> Seq.filter (fun link ->
        not (link.Contains ':') && not (File.Exists(Path.Combine(Path.GetDirectoryName page, link))))
    |> Seq.map (fun link -> $"{Path.GetRelativePath(root, page)}: nothing at {link}")
    |> List.ofSeq

let docs () =
    build ()
    setPackageSource ()
    step "docs"
    let folder = at [ "artifacts"; "docs" ]

    // Mice.Interactive is left out: to read it takes the kernel's assemblies, which lie in no output folder.
    let projects =
        Directory.GetFiles(at [ "src" ], "*.*proj", SearchOption.AllDirectories)
        |> Array.filter (fun file -> not (file.Contains "Interactive"))
        |> Array.sort
        |> Array.map (fun file -> Path.GetRelativePath(root, file))
        |> String.concat " "

    // The tool leaves out what it cannot read and goes on; here that fails the build.
    let line =
        $"dotnet fsdocs build --strict --eval --clean --output artifacts/docs --projects {projects}"
        + " --properties Configuration=Release --parameters root /pages-root/ 2>&1"
        + " | grep -v -e '^ *Generating' -e '^ *copying' | tee artifacts/docs.log"

    run "bash" [ "-o"; "pipefail"; "-c"; line ]

    if File.ReadAllText(at [ "artifacts"; "docs.log" ]).Contains "Could not read comments" then
        stop 1 "The API reference is not complete; see above."

    let pages = Directory.GetFiles(folder, "*.html", SearchOption.AllDirectories)
    Array.iter (makeRelative folder) pages

    match pages |> List.ofArray |> List.collect deadLinks with
    | [] -> printfn "%d pages in artifacts/docs" pages.Length
    | dead -> stop 1 (String.concat "\n" dead)

let private packages = at [ "artifacts"; "packages" ]

/// Packages that were packed before under the same version would be taken from the cache of the machine instead.
let private forgetCached () =
    for file in Directory.GetFiles(packages, "*.nupkg") do
        let found =
            Regex.Match(Path.GetFileNameWithoutExtension file, @"^(.+?)\.(\d+\.\d+\..+)$")

        let cached =
            Path.Combine(packageCache (), found.Groups[1].Value.ToLowerInvariant(), found.Groups[2].Value)

        if Directory.Exists cached then
            Directory.Delete(cached, true)

/// Packs all libraries anew into artifacts/packages, a folder that serves as a package source.
let private packLibraries () =
    buildProject
        "build libraries"
        [ "src" ]
        "src/Mice.Interactive/Mice.Interactive.csproj"
        [ assembly "src" "Mice.Interactive" "Mice.Interactive" ]

    setPackageSource ()

    if Directory.Exists packages then
        Directory.Delete(packages, true)

    step "pack libraries"

    run
        "dotnet"
        [
            "pack"
            "Mice.sln"
            "-c"
            "Release"
            "--no-build"
            "-v"
            "quiet"
            "-p:LibrariesOnly=true"
            "-o"
            packages
        ]

    forgetCached ()

let private copyFolder (source: string) (target: string) =
    Directory.CreateDirectory target |> ignore

    for file in Directory.GetFiles source do
        File.Copy(file, Path.Combine(target, Path.GetFileName file))

/// What went wrong in an executed notebook: a line for each error of a cell.
let private errorsOf (executed: string) =
    use document = JsonDocument.Parse(File.ReadAllText executed)

    let text (element: JsonElement) =
        match element.ValueKind with
        | JsonValueKind.Array -> element.EnumerateArray() |> Seq.map _.GetString() |> String.concat ""
        | _ -> element.GetString()

    [
        for i, cell in document.RootElement.GetProperty("cells").EnumerateArray() |> Seq.indexed do
            match cell.TryGetProperty "outputs" with
            | true, outputs ->
                for output in outputs.EnumerateArray() do
                    if output.GetProperty("output_type").GetString() = "error" then
                        let start = (text (cell.GetProperty "source")).Split('\n')[0]
                        let message = text (output.GetProperty "evalue")
                        $"cell {i + 1} ({start}): {message}"
            | _ -> ()
    ]

/// Executes a notebook in the kernel and returns what went wrong. The kernel starts in the notebook's folder, as that of
/// Jupyter does: that is where it looks for package sources.
let private execute (folder: string) (name: string) =
    let executed = at [ "artifacts"; "notebooks"; name ]
    File.Delete executed

    let info =
        startInfo
            "dotnet"
            [
                "dotnet-repl"
                "--run"
                name
                "--exit-after-run"
                "--output-format"
                "ipynb"
                "--output-path"
                executed
            ]

    info.WorkingDirectory <- folder
    use started = Process.Start info
    started.WaitForExit()
    let errors = if File.Exists executed then errorsOf executed else []

    if started.ExitCode <> 0 && List.isEmpty errors then
        [ $"dotnet-repl ended with exit code {started.ExitCode}" ]
    else
        errors

let private howToOpen () =
    printfn
        """The packages are in artifacts/packages.
Jupyter: dotnet tool install --global Microsoft.dotnet-interactive
         dotnet interactive jupyter install
         jupyter lab notebooks
VS Code: install the extension Polyglot Notebooks (ms-dotnettools.dotnet-interactive-vscode) and open a file of notebooks/.
Kernels of Jupyter find the packages by notebooks/nuget.config. For all others name them as a source, once on this machine
         dotnet nuget add source "%s" --name mice
or at the top of a notebook
         #i "nuget: %s" """
        packages
        packages

/// Executes notebooks in a new folder that has the packages, the data and nothing else of this one.
let private executeNotebooks (names: string list) =
    let folder = Directory.CreateTempSubdirectory("mice-notebooks-").FullName
    let notebooks = Path.Combine(folder, "notebooks")
    copyFolder (at [ "notebooks" ]) notebooks
    copyFolder (at [ ".config" ]) (Path.Combine(folder, ".config"))
    copyFolder packages (Path.Combine(folder, "artifacts", "packages"))

    for data in [ "na"; "cu" ] do
        copyFolder (at [ "docs"; "data"; data ]) (Path.Combine(folder, "docs", "data", data))

    Directory.CreateDirectory(at [ "artifacts"; "notebooks" ]) |> ignore

    let failed =
        [
            for notebook in Directory.GetFiles(notebooks, "*.ipynb") |> Array.sort do
                let name = Path.GetFileName notebook

                if List.isEmpty names || names |> List.exists name.Contains then
                    step $"notebook {name}"
                    let started = Stopwatch.StartNew()

                    for error in execute notebooks name do
                        $"{name}, {error}"

                    printfn "%.0f s" started.Elapsed.TotalSeconds
        ]

    Directory.Delete(folder, true)

    if not (List.isEmpty failed) then
        stop 1 (String.concat "\n" failed)

let notebooks (arguments: string list) =
    packLibraries ()

    if List.contains "--open" arguments then
        howToOpen ()
    else
        executeNotebooks arguments

let clean () =
    let generated =
        [
            for parent in [ "src"; "tests" ] do
                for project in Directory.GetDirectories(at [ parent ]) do
                    Path.Combine(project, "bin")
                    Path.Combine(project, "obj")
            artifacts
            at [ ".fsdocs" ]
        ]

    for folder in generated |> List.filter Directory.Exists do
        Directory.Delete(folder, true)

/// A console program that knows the façade only as a package: reads a trajectory, and trains for a moment, which needs
/// libtorch from a package of its own.
let private outsider =
    """using Mice.CSharp;

var trajectory = await TrajectoryReader.ReadAsync(args[0]);
var options = new ScanEntropyOptions { Quick = true, TrainingSteps = 20, Networks = 2, Symmetry = SystemSymmetry.Cubic };
var estimate = await new ScanEntropyEstimator(options).EstimateAsync(trajectory.Snapshots);
System.Console.WriteLine($"{trajectory.Snapshots.Count} snapshots, {estimate.ExcessEntropy} after 20 steps.");
"""

let private outsiderProject =
    """<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>
    <SelfContained>false</SelfContained>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Mice.CSharp" Version="*" />
    <PackageReference Include="TorchSharp-cpu" Version="0.107.0" />
  </ItemGroup>
</Project>
"""

/// Restores, compiles and runs a project in a new folder that sees the packages and the machine's own sources only.
let private tryPackages () =
    step "packages in a new C# project"
    let folder = Directory.CreateTempSubdirectory("mice-outsider-").FullName

    let write name (text: string) =
        File.WriteAllText(Path.Combine(folder, name), text)

    write "Program.cs" outsider
    write "Outsider.csproj" outsiderProject

    write
        "nuget.config"
        $"""<configuration><packageSources><add key="mice" value="{packages}" /></packageSources></configuration>"""

    let data = at [ "docs"; "data"; "na"; "solid.dump.gz" ]

    run
        "dotnet"
        [
            "run"
            "-c"
            "Release"
            "--project"
            folder
            "-p:UseSharedCompilation=false"
            "--"
            data
        ]

    Directory.Delete(folder, true)

/// Installs the tool from its package in a new folder and melts sodium there.
/// Work for the installed tool: with its libtorch and without, some seconds each.
let private toolWork =
    let data (parts: string list) = at ([ "docs"; "data" ] @ parts)

    [
        [
            "entropy"
            "ising"
            "--size"
            "8"
            "--temperature"
            "2.269"
            "--method"
            "mice"
            "--quick"
        ]
        [
            "quests"
            "delta"
            data [ "cu"; "melting.dump.gz" ]
            "--reference"
            data [ "cu"; "crystal.dump.gz" ]
            "--bandwidth"
            "0.02"
        ]
    ]

let private tryTool () =
    step "the tool mice, installed"
    let folder = Directory.CreateTempSubdirectory("mice-tool-").FullName
    run "dotnet" [ "tool"; "install"; "mice"; "--tool-path"; folder; "--source"; packages ]

    for arguments in toolWork do
        let code = tryRun (Path.Combine(folder, "mice")) arguments

        // 1 = the result did not pass all of its own checks, and said which.
        if code > 1 then
            stop code $"mice ended with exit code {code}."

    Directory.Delete(folder, true)

let pack () =
    packLibraries ()
    step "pack the tool"

    run
        "dotnet"
        [
            "pack"
            "src/Mice.Cli/Mice.Cli.fsproj"
            "-c"
            "Release"
            "-v"
            "quiet"
            "-p:UseSharedCompilation=false"
            "-o"
            packages
        ]

    forgetCached ()

    for file in Directory.GetFiles(packages, "*.nupkg") |> Array.sort do
        printfn "%s" (Path.GetRelativePath(root, file))

    tryPackages ()
    tryTool ()

// ---- Dispatch -------------------------------------------------------------------------------------------------------

let private targets: (string * string * (string list -> unit)) list =
    [
        "demo", "the main job on the sodium snapshots in docs/data/na; writes artifacts/demo/report.html", demo
        "test",
        "all tests; 'test Atoms' of one project, '--filter TEXT' a part, '--lammps' installs LAMMPS for its tests",
        test
        "build", "the solution, in Release", (fun _ -> build ())
        "format", "formats all F# sources", (fun _ -> format ())
        "bench", "measures speed against the alternatives; 'bench NAME …' runs some", measure "bench" "Mice.Benchmarks"
        "verify", "long checks against known answers; 'verify NAME …' runs some", measure "verify" "Mice.Verification"
        "docs", "the documentation with its API reference, into artifacts/docs", (fun _ -> docs ())
        "notebooks",
        "runs all notebooks in the kernel, from fresh packages; 'notebooks --open' says how to open them",
        notebooks
        "pack", "packages and the tool mice into artifacts/packages, tried out in new folders", (fun _ -> pack ())
        "clean", "deletes everything that was built", (fun _ -> clean ())
    ]

let private help () =
    printfn "dotnet fsi build.fsx TARGET"

    for name, description, _ in targets do
        printfn "  %-10s %s" name description

    printfn "  %-10s %s" "help" "this list"

match List.ofArray fsi.CommandLineArgs |> List.tail with
| []
| "help" :: _ -> help ()
| target :: arguments ->
    match targets |> List.tryFind (fun (name, _, _) -> name = target) with
    | Some(_, _, work) -> work arguments
    | None ->
        help ()
        stop 2 $"There is no target '{target}'."
