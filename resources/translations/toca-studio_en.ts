<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>TrainingTexts</name>
    <message numerus="yes">
        <source>%n roll-back(s), marked in the curves</source>
        <translation>
            <numerusform>%n roll-back, marked in the curves</numerusform>
            <numerusform>%n roll-backs, marked in the curves</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n step(s) whose loss or gradient is no number</source>
        <translation>
            <numerusform>%n step whose loss or gradient is no number</numerusform>
            <numerusform>%n steps whose loss or gradient is no number</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n line(s) of the log could not be read</source>
        <translation>
            <numerusform>%n line of the log could not be read</numerusform>
            <numerusform>%n lines of the log could not be read</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>last line %n day(s) ago</source>
        <translation>
            <numerusform>last line %n day ago</numerusform>
            <numerusform>last line %n days ago</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>toca::ui::ExplorePanel</name>
    <message numerus="yes">
        <source>%n run(s). Click one to open it.</source>
        <translation>
            <numerusform>%n run. Click one to open it.</numerusform>
            <numerusform>%n runs. Click one to open it.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>toca::ui::JobDialog</name>
    <message numerus="yes">
        <source>%n run(s) will be made.</source>
        <translation>
            <numerusform>%n run will be made.</numerusform>
            <numerusform>%n runs will be made.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>toca::ui::MainWindow</name>
    <message numerus="yes">
        <source>%n token(s) painted, protected in coming runs</source>
        <translation>
            <numerusform>%n token painted, protected in coming runs</numerusform>
            <numerusform>%n tokens painted, protected in coming runs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n token(s) painted</source>
        <translation>
            <numerusform>%n token painted</numerusform>
            <numerusform>%n tokens painted</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Queue: %1 of %2 steps, %n waiting</source>
        <translation>
            <numerusform>Queue: %1 of %2 steps, %n waiting</numerusform>
            <numerusform>Queue: %1 of %2 steps, %n waiting</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>toca::ui::QueuePanel</name>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n failed</numerusform>
            <numerusform>%n failed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>toca::ui::RunDesk</name>
    <message numerus="yes">
        <source>%n run(s) moved to the trash. Ctrl+Z brings them back.</source>
        <translation>
            <numerusform>%n run moved to the trash. Ctrl+Z brings them back.</numerusform>
            <numerusform>%n runs moved to the trash. Ctrl+Z brings them back.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>toca::ui::RunDetails</name>
    <message numerus="yes">
        <source>%n run(s) selected</source>
        <translation>
            <numerusform>%n run selected</numerusform>
            <numerusform>%n runs selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>toca::ui::RunStore</name>
    <message numerus="yes">
        <source>The library was above its limit: %n old run(s) removed.</source>
        <translation>
            <numerusform>The library was above its limit: %n old run removed.</numerusform>
            <numerusform>The library was above its limit: %n old runs removed.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>toca::ui::RunsPanel</name>
    <message numerus="yes">
        <source>Delete %n run(s)</source>
        <translation>
            <numerusform>Delete %n run</numerusform>
            <numerusform>Delete %n runs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>toca::ui::TunerCard</name>
    <message numerus="yes">
        <source>A search was interrupted after %n run(s). Resume goes on from there.</source>
        <translation>
            <numerusform>A search was interrupted after %n run. Resume goes on from there.</numerusform>
            <numerusform>A search was interrupted after %n runs. Resume goes on from there.</numerusform>
        </translation>
    </message>
</context>
</TS>
