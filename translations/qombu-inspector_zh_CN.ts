<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
<context>
    <name>CommandLine</name>
    <message>
        <source>Cannot read the password file %1: %2.</source>
        <translation>无法读取密码文件 %1：%2。</translation>
    </message>
    <message>
        <source>Others can read the password file %1: run chmod 600 on it.</source>
        <translation>其他用户可以读取密码文件 %1：请对它执行 chmod 600。</translation>
    </message>
    <message>
        <source>The password file %1 is empty.</source>
        <translation>密码文件 %1 为空。</translation>
    </message>
    <message>
        <source>The broker; also from QOMBU_URL. Default: redis://localhost.</source>
        <translation>消息代理；也可由 QOMBU_URL 给出。默认：redis://localhost。</translation>
    </message>
    <message>
        <source>URL</source>
        <translation>URL</translation>
    </message>
    <message>
        <source>A file (mode 0600) whose first line is the password.</source>
        <translation>第一行为密码的文件（权限 0600）。</translation>
    </message>
    <message>
        <source>FILE</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>A transport option by Kombu&apos;s name; may be repeated.</source>
        <translation>以 Kombu 的名称给出的传输选项；可以重复。</translation>
    </message>
    <message>
        <source>KEY=VALUE</source>
        <translation>键=值</translation>
    </message>
    <message>
        <source>Print one JSON object a line.</source>
        <translation>每行输出一个 JSON 对象。</translation>
    </message>
    <message>
        <source>Deadline of the whole call.</source>
        <translation>整个调用的期限。</translation>
    </message>
    <message>
        <source>SECONDS</source>
        <translation>秒</translation>
    </message>
    <message>
        <source>Refuse verbs that change the broker; also QOMBU_READ_ONLY=1.</source>
        <translation>拒绝会改变消息代理的命令；也可用 QOMBU_READ_ONLY=1。</translation>
    </message>
    <message>
        <source>--%1 wants KEY=VALUE, not &quot;%2&quot;.</source>
        <translation>--%1 需要 键=值，而不是 “%2”。</translation>
    </message>
    <message>
        <source>--%1 wants a whole number from %2 to %3, not &quot;%4&quot;.</source>
        <translation>--%1 需要 %2 到 %3 之间的整数，而不是 “%4”。</translation>
    </message>
    <message>
        <source>--%1 wants seconds greater than 0, not &quot;%2&quot;.</source>
        <translation>--%1 需要大于 0 的秒数，而不是 “%2”。</translation>
    </message>
    <message>
        <source>Measure publishing, consuming or latency.</source>
        <translation>测量发布、消费或延迟。</translation>
    </message>
    <message>
        <source>Messages (default 10000).</source>
        <translation>消息数（默认 10000）。</translation>
    </message>
    <message>
        <source>N</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>Bytes of a JSON body (default 200).</source>
        <translation>JSON 正文的字节数（默认 200）。</translation>
    </message>
    <message>
        <source>BYTES</source>
        <translation>字节</translation>
    </message>
    <message>
        <source>Messages held at once (default 100).</source>
        <translation>同时持有的消息数（默认 100）。</translation>
    </message>
    <message>
        <source>The queue (default qombu.bench).</source>
        <translation>队列（默认 qombu.bench）。</translation>
    </message>
    <message>
        <source>Q</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Say what to measure: publish, consume or latency.</source>
        <translation>请指明要测量什么：publish、consume 或 latency。</translation>
    </message>
    <message>
        <source>Publish to an exchange or to a queue, not to both.</source>
        <translation>请发布到交换机或队列，不能同时发布到两者。</translation>
    </message>
    <message>
        <source>Print messages as they come, and settle them.</source>
        <translation>输出到来的消息，并予以确认。</translation>
    </message>
    <message>
        <source>End after so many messages.</source>
        <translation>收到这么多条消息后结束。</translation>
    </message>
    <message>
        <source>Messages held at once, at most (default 16).</source>
        <translation>最多同时持有的消息数（默认 16）。</translation>
    </message>
    <message>
        <source>auto (default): acknowledge once printed; none: take without acknowledgement; reject; requeue; hold: keep until the end, then give back.</source>
        <translation>auto（默认）：输出后确认；none：取走而不确认；reject：拒绝；requeue：重新入队；hold：持有到结束，然后归还。</translation>
    </message>
    <message>
        <source>HOW</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>Content type to decode, such as json; may be repeated.</source>
        <translation>要解码的内容类型，例如 json；可以重复。</translation>
    </message>
    <message>
        <source>C</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>End after so many seconds without a message.</source>
        <translation>这么多秒没有消息后结束。</translation>
    </message>
    <message>
        <source>Name at least one queue.</source>
        <translation>请至少给出一个队列名。</translation>
    </message>
    <message>
        <source>--ack wants auto, none, reject, requeue or hold, not &quot;%1&quot;.</source>
        <translation>--ack 需要 auto、none、reject、requeue 或 hold，而不是 “%1”。</translation>
    </message>
    <message>
        <source>Too late to settle %1 of %2: the broker had taken it back.</source>
        <translation>确认 %2 的 %1 已太迟：消息代理已把它收回。</translation>
    </message>
    <message>
        <source>Waiting for %1: %2 (next try in %3 s)</source>
        <translation>正在等待 %1：%2（%3 秒后重试）</translation>
    </message>
    <message>
        <source>Idle Python consumers of %1 are served before this one.</source>
        <translation>%1 的空闲 Python 消费者会先于此消费者得到消息。</translation>
    </message>
    <message>
        <source>A malformed message of %1 was put aside: %2</source>
        <translation>%1 的一条格式错误的消息已被搁置：%2</translation>
    </message>
    <message>
        <source>Only %1 of %2 messages came in time.</source>
        <translation>期限内只到来了 %1 条消息，应有 %2 条。</translation>
    </message>
    <message>
        <source>Cannot write to stdout; the message stays in its queue.</source>
        <translation>无法写入标准输出；消息留在队列中。</translation>
    </message>
    <message>
        <source>There is more than the rows shown here.</source>
        <translation>此处没有显示全部的行。</translation>
    </message>
    <message>
        <source>List queues with their counts.</source>
        <translation>列出队列及其计数。</translation>
    </message>
    <message>
        <source>QUEUE</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>READY</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>UNACKED</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>CONSUMERS</source>
        <translation>消费者</translation>
    </message>
    <message>
        <source>has malformed messages put aside</source>
        <translation>有被搁置的格式错误的消息</translation>
    </message>
    <message>
        <source>List exchanges; a type that is a guess is marked.</source>
        <translation>列出交换机；推测的类型会加标记。</translation>
    </message>
    <message>
        <source>EXCHANGE</source>
        <translation>交换机</translation>
    </message>
    <message>
        <source>TYPE</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>BINDINGS</source>
        <translation>绑定</translation>
    </message>
    <message>
        <source>%1 (inferred)</source>
        <translation>%1（推测）</translation>
    </message>
    <message>
        <source>List bindings; patterns read differently by AMQP are marked.</source>
        <translation>列出绑定；AMQP 有不同理解的模式会加标记。</translation>
    </message>
    <message>
        <source>ROUTING KEY</source>
        <translation>路由键</translation>
    </message>
    <message>
        <source>Kombu matches other keys than AMQP would</source>
        <translation>Kombu 所匹配的键与 AMQP 不同</translation>
    </message>
    <message>
        <source>List messages that consumers hold.</source>
        <translation>列出消费者持有的消息。</translation>
    </message>
    <message>
        <source>TAG</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>DELIVERED</source>
        <translation>投递时间</translation>
    </message>
    <message>
        <source>RETURNS</source>
        <translation>归还时间</translation>
    </message>
    <message>
        <source>Show waiting messages; the queue is not changed.</source>
        <translation>显示等待中的消息；不改变队列。</translation>
    </message>
    <message>
        <source>At most so many (default 100).</source>
        <translation>最多这么多条（默认 100）。</translation>
    </message>
    <message>
        <source>head: next to be delivered (default); tail: newest first.</source>
        <translation>head：最先将被投递的在前（默认）；tail：最新的在前。</translation>
    </message>
    <message>
        <source>END</source>
        <translation>端</translation>
    </message>
    <message>
        <source>Name exactly one queue.</source>
        <translation>请给出恰好一个队列名。</translation>
    </message>
    <message>
        <source>--from wants head or tail, not &quot;%1&quot;.</source>
        <translation>--from 需要 head 或 tail，而不是 “%1”。</translation>
    </message>
    <message>
        <source>&quot;%1&quot; takes no argument.</source>
        <translation>“%1” 不接受参数。</translation>
    </message>
    <message>
        <source>Show this help.</source>
        <translation>显示此帮助。</translation>
    </message>
    <message>
        <source>Try: %1</source>
        <translation>请试试：%1</translation>
    </message>
    <message>
        <source>Usage: qombu [OPTION]... VERB ...
Looks at, feeds and drains the queues of a message broker.

Verbs:
</source>
        <translation>用法：qombu [选项]... 命令 ...
查看、写入和取出消息代理的队列。

命令：
</translation>
    </message>
    <message>
        <source>
Options, before or behind the verb:
</source>
        <translation>
选项，写在命令之前或之后：
</translation>
    </message>
    <message>
        <source>Show the version.</source>
        <translation>显示版本。</translation>
    </message>
    <message>
        <source>
Exit codes: 0 done, 1 the operation failed, 2 wrong usage, 3 broker unreachable or deadline passed, 4 refused by read-only mode.
&quot;qombu VERB --help&quot; explains a verb.
</source>
        <translation>
退出码：0 完成，1 操作失败，2 用法错误，3 消息代理不可达或期限已过，4 被只读模式拒绝。
“qombu 命令 --help” 解释一个命令。
</translation>
    </message>
    <message>
        <source>No verb was given.</source>
        <translation>没有给出命令。</translation>
    </message>
    <message>
        <source>There is no verb &quot;%1&quot;.</source>
        <translation>没有命令 “%1”。</translation>
    </message>
    <message>
        <source>Refused: &quot;%1&quot; changes the broker, and this call is read-only.</source>
        <translation>已拒绝：“%1” 会改变消息代理，而此次调用是只读的。</translation>
    </message>
    <message>
        <source>%1 is larger than 128 MiB; nothing was sent.</source>
        <translation>%1 大于 128 MiB；没有发送任何内容。</translation>
    </message>
    <message>
        <source>%1 is not JSON (%2); nothing was sent. For plain text use --serializer text.</source>
        <translation>%1 不是 JSON（%2）；没有发送任何内容。纯文本请使用 --serializer text。</translation>
    </message>
    <message>
        <source>%1 is not UTF-8 text; nothing was sent. For bytes use --serializer raw.</source>
        <translation>%1 不是 UTF-8 文本；没有发送任何内容。字节请使用 --serializer raw。</translation>
    </message>
    <message>
        <source>BODY</source>
        <translation>正文</translation>
    </message>
    <message>
        <source>Cannot read %1: %2.</source>
        <translation>无法读取 %1：%2。</translation>
    </message>
    <message>
        <source>Cannot read stdin.</source>
        <translation>无法读取标准输入。</translation>
    </message>
    <message>
        <source>Cannot make a temporary file.</source>
        <translation>无法创建临时文件。</translation>
    </message>
    <message>
        <source>The temporary file is full.</source>
        <translation>临时文件已满。</translation>
    </message>
    <message>
        <source>Line %1</source>
        <translation>第 %1 行</translation>
    </message>
    <message>
        <source>Send messages; done when the broker has them all.</source>
        <translation>发送消息；消息代理全部收到后完成。</translation>
    </message>
    <message>
        <source>The queue to send to.</source>
        <translation>要发送到的队列。</translation>
    </message>
    <message>
        <source>Send the content of a file as one message.</source>
        <translation>把文件内容作为一条消息发送。</translation>
    </message>
    <message>
        <source>F</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Send each line of a file (- is stdin) as one message.</source>
        <translation>把文件的每一行（- 为标准输入）作为一条消息发送。</translation>
    </message>
    <message>
        <source>How bodies are read: json (default), text, raw.</source>
        <translation>如何读取正文：json（默认）、text、raw。</translation>
    </message>
    <message>
        <source>S</source>
        <translation>序列化器</translation>
    </message>
    <message>
        <source>Content type; the body is sent as it is.</source>
        <translation>内容类型；正文按原样发送。</translation>
    </message>
    <message>
        <source>Content encoding, such as utf-8 or binary.</source>
        <translation>内容编码，例如 utf-8 或 binary。</translation>
    </message>
    <message>
        <source>Compress the body: zlib.</source>
        <translation>压缩正文：zlib。</translation>
    </message>
    <message>
        <source>Z</source>
        <translation>方式</translation>
    </message>
    <message>
        <source>Priority, 0 to 9.</source>
        <translation>优先级，0 到 9。</translation>
    </message>
    <message>
        <source>A header; may be repeated.</source>
        <translation>一个头部；可以重复。</translation>
    </message>
    <message>
        <source>K=V</source>
        <translation>键=值</translation>
    </message>
    <message>
        <source>A property such as correlation_id; may be repeated.</source>
        <translation>一个属性，例如 correlation_id；可以重复。</translation>
    </message>
    <message>
        <source>Send it all so many times.</source>
        <translation>全部发送这么多次。</translation>
    </message>
    <message>
        <source>Say where to: either --queue Q, or --exchange E --routing-key K.</source>
        <translation>请指明发送到哪里：--queue Q，或 --exchange E --routing-key K。</translation>
    </message>
    <message>
        <source>--serializer wants json, text or raw, not &quot;%1&quot;.</source>
        <translation>--serializer 需要 json、text 或 raw，而不是 “%1”。</translation>
    </message>
    <message>
        <source>--property delivery_mode wants 1 (transient) or 2 (persistent).</source>
        <translation>--property delivery_mode 需要 1（非持久）或 2（持久）。</translation>
    </message>
    <message>
        <source>Give the priority with --priority N.</source>
        <translation>请用 --priority N 给出优先级。</translation>
    </message>
    <message>
        <source>Give one of BODY, --file F or --lines F.</source>
        <translation>请给出 BODY、--file F 或 --lines F 之一。</translation>
    </message>
    <message>
        <source>%1 (%2 of %3 messages were confirmed)</source>
        <translation>%1（%3 条消息中有 %2 条已得到确认）</translation>
    </message>
    <message>
        <source>--type wants direct, topic, fanout or headers, not &quot;%1&quot;.</source>
        <translation>--type 需要 direct、topic、fanout 或 headers，而不是 “%1”。</translation>
    </message>
    <message>
        <source>The exchange.</source>
        <translation>交换机。</translation>
    </message>
    <message>
        <source>E</source>
        <translation>交换机</translation>
    </message>
    <message>
        <source>The key that the exchange routes by.</source>
        <translation>交换机用来路由的键。</translation>
    </message>
    <message>
        <source>K</source>
        <translation>键</translation>
    </message>
    <message>
        <source>Type of the exchange: direct (default), topic, fanout, headers.</source>
        <translation>交换机的类型：direct（默认）、topic、fanout、headers。</translation>
    </message>
    <message>
        <source>T</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>--%1 needs --exchange.</source>
        <translation>--%1 需要 --exchange。</translation>
    </message>
    <message>
        <source>%1: %2 messages removed</source>
        <translation>%1：已移除 %2 条消息</translation>
    </message>
    <message>
        <source>%1: %2 messages</source>
        <translation>%1：%2 条消息</translation>
    </message>
    <message>
        <source>%1: declared as %2</source>
        <translation>%1：已声明为 %2</translation>
    </message>
    <message>
        <source>%1: bound to %2</source>
        <translation>%1：已绑定到 %2</translation>
    </message>
    <message>
        <source>%1: no longer bound to %2</source>
        <translation>%1：不再绑定到 %2</translation>
    </message>
    <message>
        <source>%1: deleted</source>
        <translation>%1：已删除</translation>
    </message>
    <message>
        <source>direct, topic, fanout or headers.</source>
        <translation>direct、topic、fanout 或 headers。</translation>
    </message>
    <message>
        <source>&quot;%1&quot; wants exactly one %2.</source>
        <translation>“%1” 需要恰好一个 %2。</translation>
    </message>
    <message>
        <source>&quot;%1&quot; needs --type direct, topic, fanout or headers.</source>
        <translation>“%1” 需要 --type direct、topic、fanout 或 headers。</translation>
    </message>
    <message>
        <source>&quot;%1&quot; needs --exchange E.</source>
        <translation>“%1” 需要 --exchange E。</translation>
    </message>
    <message>
        <source>Make a queue known.</source>
        <translation>声明队列。</translation>
    </message>
    <message>
        <source>Make an exchange known.</source>
        <translation>声明交换机。</translation>
    </message>
    <message>
        <source>Let an exchange send to a queue.</source>
        <translation>让交换机发送到队列。</translation>
    </message>
    <message>
        <source>Take a binding away.</source>
        <translation>移除绑定。</translation>
    </message>
    <message>
        <source>Remove a queue, its messages and bindings.</source>
        <translation>删除队列及其消息和绑定。</translation>
    </message>
    <message>
        <source>Remove an exchange and its bindings.</source>
        <translation>删除交换机及其绑定。</translation>
    </message>
    <message>
        <source>Remove the messages that wait in a queue.</source>
        <translation>移除队列中等待的消息。</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>The deadline passed before %1 had answered everything.</source>
        <translation>在 %1 全部答复之前，期限已过。</translation>
    </message>
    <message>
        <source>Could not reach %1 in time: %2</source>
        <translation>未能及时连接到 %1：%2</translation>
    </message>
    <message>
        <source>Could not reach %1 in time.</source>
        <translation>未能及时连接到 %1。</translation>
    </message>
</context>
</TS>
