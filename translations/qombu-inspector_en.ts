<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en_US">
<context>
    <name>BodyDecoder</name>
    <message numerus="yes">
        <source>binary, %n byte(s)</source>
        <translation>
            <numerusform>binary, %n byte</numerusform>
            <numerusform>binary, %n bytes</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::BrokerTreeModel</name>
    <message numerus="yes">
        <source>%n consumer(s)</source>
        <translation>
            <numerusform>%n consumer</numerusform>
            <numerusform>%n consumers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n binding(s)</source>
        <translation>
            <numerusform>%n binding</numerusform>
            <numerusform>%n bindings</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::ConsumePage</name>
    <message numerus="yes">
        <source>Acknowledge %n message(s)</source>
        <translation>
            <numerusform>Acknowledge %n message</numerusform>
            <numerusform>Acknowledge %n messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Up to %n message(s) are taken from “%1” and acknowledged: they are gone for good.</source>
        <translation>
            <numerusform>Up to %n message is taken from “%1” and acknowledged: it is gone for good.</numerusform>
            <numerusform>Up to %n messages are taken from “%1” and acknowledged: they are gone for good.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Up to %n message(s) are taken from “%1” and held here until you give them back. They return marked as redelivered.</source>
        <translation>
            <numerusform>Up to %n message is taken from “%1” and held here until you give it back. It returns marked as redelivered.</numerusform>
            <numerusform>Up to %n messages are taken from “%1” and held here until you give them back. They return marked as redelivered.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Consume %n message(s)</source>
        <translation>
            <numerusform>Consume %n message</numerusform>
            <numerusform>Consume %n messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n taken</source>
        <translation>
            <numerusform>%n taken</numerusform>
            <numerusform>%n taken</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n held</source>
        <translation>
            <numerusform>%n held</numerusform>
            <numerusform>%n held</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be read and are held</source>
        <translation>
            <numerusform>%n could not be read and is held</numerusform>
            <numerusform>%n could not be read and are held</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n message(s) could not be settled: the broker still has them as unacked, and may deliver them again. %1</source>
        <translation>
            <numerusform>%n message could not be settled: the broker still has it as unacked, and may deliver it again. %1</numerusform>
            <numerusform>%n messages could not be settled: the broker still has them as unacked, and may deliver them again. %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be settled</source>
        <translation>
            <numerusform>%n could not be settled</numerusform>
            <numerusform>%n could not be settled</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::ExchangePage</name>
    <message numerus="yes">
        <source>and by %n more binding(s)</source>
        <translation>
            <numerusform>and by %n more binding</numerusform>
            <numerusform>and by %n more bindings</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Only the first %n binding(s) are shown.</source>
        <translation>
            <numerusform>Only the first %n binding is shown.</numerusform>
            <numerusform>Only the first %n bindings are shown.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::MainWindow</name>
    <message numerus="yes">
        <source>%n second(s)</source>
        <translation>
            <numerusform>%n second</numerusform>
            <numerusform>%n seconds</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::PagedTable</name>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation>
            <numerusform>%n row</numerusform>
            <numerusform>%n rows</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::PeekView</name>
    <message numerus="yes">
        <source>%n message(s)</source>
        <translation>
            <numerusform>%n message</numerusform>
            <numerusform>%n messages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Look at %n message(s)</source>
        <translation>
            <numerusform>Look at %n message</numerusform>
            <numerusform>Look at %n messages</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::PropertyModel</name>
    <message numerus="yes">
        <source>%n entry(s)</source>
        <translation>
            <numerusform>%n entry</numerusform>
            <numerusform>%n entries</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n element(s)</source>
        <translation>
            <numerusform>%n element</numerusform>
            <numerusform>%n elements</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::PublishPage</name>
    <message numerus="yes">
        <source>Confirmed in %1: %n queue(s) have it.</source>
        <translation>
            <numerusform>Confirmed in %1: %n queue has it.</numerusform>
            <numerusform>Confirmed in %1: %n queues have it.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::RoutingLine</name>
    <message numerus="yes">
        <source>(%n queue(s))</source>
        <translation>
            <numerusform>(%n queue)</numerusform>
            <numerusform>(%n queues)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::WatchPage</name>
    <message numerus="yes">
        <source>Looked at every 500 ms, up to %n message(s) at each end: what comes and goes between two looks is not seen.</source>
        <translation>
            <numerusform>Looked at every 500 ms, up to %n message at each end: what comes and goes between two looks is not seen.</numerusform>
            <numerusform>Looked at every 500 ms, up to %n messages at each end: what comes and goes between two looks is not seen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n event(s)</source>
        <translation>
            <numerusform>%n event</numerusform>
            <numerusform>%n events</numerusform>
        </translation>
    </message>
</context>
</TS>
