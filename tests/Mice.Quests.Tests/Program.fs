module Mice.Quests.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments
