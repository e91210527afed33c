<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en_US">
<context>
    <name>BodyDecoder</name>
    <message>
        <source>compressed</source>
        <translation>已压缩</translation>
    </message>
    <message>
        <source>Refused: a pickle is a program that runs when it is loaded. Its bytes are shown as they are.</source>
        <translation>已拒绝：pickle 是加载时会运行的程序。按原样显示其字节。</translation>
    </message>
    <message>
        <source>The content type says JSON, but the bytes are not UTF-8.</source>
        <translation>内容类型是 JSON，但字节不是 UTF-8。</translation>
    </message>
    <message>
        <source>The content type says JSON, but it is not: %1 (byte %2).</source>
        <translation>内容类型是 JSON，但内容不是：%1（第 %2 字节）。</translation>
    </message>
    <message>
        <source>The bytes are not text in the encoding &quot;%1&quot;.</source>
        <translation>这些字节不是编码为 “%1” 的文本。</translation>
    </message>
    <message>
        <source>binary</source>
        <translation>二进制</translation>
    </message>
    <message>
        <source>Recognised by its bytes: the content type does not say JSON.</source>
        <translation>由字节识别：内容类型没有说明是 JSON。</translation>
    </message>
    <message>
        <source>pickle, not decoded</source>
        <translation>pickle，未解码</translation>
    </message>
    <message numerus="yes">
        <source>binary, %n byte(s)</source>
        <translation>
            <numerusform>二进制，%n 字节</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CeleryTask</name>
    <message>
        <source>Not before (ETA)</source>
        <translation>不早于 (ETA)</translation>
    </message>
    <message>
        <source>Expires</source>
        <translation>过期时间</translation>
    </message>
    <message>
        <source>Retries</source>
        <translation>重试次数</translation>
    </message>
    <message>
        <source>Time limits (hard, soft)</source>
        <translation>时间限制（硬、软）</translation>
    </message>
    <message>
        <source>Root task</source>
        <translation>根任务</translation>
    </message>
    <message>
        <source>Parent task</source>
        <translation>父任务</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>组</translation>
    </message>
    <message>
        <source>Place in the group</source>
        <translation>组内位置</translation>
    </message>
    <message>
        <source>Sent by</source>
        <translation>发送者</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Shown as</source>
        <translation>显示为</translation>
    </message>
</context>
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
        <source>%1 of %2 is held no more: the broker has given it to somebody else, or lost it.</source>
        <translation>%2 中的 %1 已不再被持有：消息代理已将其交给他人，或已丢失。</translation>
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
        <source>Only %1 of %2 messages came in time.</source>
        <translation>期限内只到来了 %1 条消息，应有 %2 条。</translation>
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
        <source>ROUTING KEY</source>
        <translation>路由键</translation>
    </message>
    <message>
        <source>Kombu matches other keys than AMQP would</source>
        <translation>Kombu 所匹配的键与 AMQP 不同</translation>
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
        <source>Send the content of a file as one message.</source>
        <translation>把文件内容作为一条消息发送。</translation>
    </message>
    <message>
        <source>F</source>
        <translation>文件</translation>
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
        <source>--property delivery_mode wants 1 (transient) or 2 (persistent).</source>
        <translation>--property delivery_mode 需要 1（非持久）或 2（持久）。</translation>
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
    <message>
        <source>Looks into the queues of Redis and other message brokers.</source>
        <translation>查看 Redis 等消息代理中的队列。</translation>
    </message>
    <message>
        <source>Says how to use this program.</source>
        <translation>说明如何使用此程序。</translation>
    </message>
    <message>
        <source>Says which version this is.</source>
        <translation>说明这是哪个版本。</translation>
    </message>
    <message>
        <source>Refuses everything that changes the broker.</source>
        <translation>拒绝一切会改变消息代理的操作。</translation>
    </message>
    <message>
        <source>Opens PLACE: queues, queues/NAME, exchanges/NAME, watch/NAME, consume/NAME, unacked, publish.</source>
        <translation>打开 PLACE：queues、queues/NAME、exchanges/NAME、watch/NAME、consume/NAME、unacked、publish。</translation>
    </message>
    <message>
        <source>Writes a picture of the window to FILE and ends.</source>
        <translation>把窗口的图像写入 FILE 然后结束。</translation>
    </message>
    <message>
        <source>Keeps the settings in FILE.</source>
        <translation>把设置保存在 FILE 中。</translation>
    </message>
    <message>
        <source>The broker, for example redis://localhost; without it a demo in memory.</source>
        <translation>消息代理，例如 redis://localhost；不给出时为内存中的演示。</translation>
    </message>
    <message>
        <source>One URL at most.</source>
        <translation>最多一个 URL。</translation>
    </message>
    <message>
        <source>%1 holds %2 messages; latency is measured on an empty queue.</source>
        <translation>%1 中有 %2 条消息；延迟须在空队列上测量。</translation>
    </message>
    <message>
        <source>Interrupted.</source>
        <translation>已中断。</translation>
    </message>
    <message>
        <source>BODY is not UTF-8 text; nothing was sent. Send bytes with --file.</source>
        <translation>BODY 不是 UTF-8 文本；没有发送任何内容。请用 --file 发送字节。</translation>
    </message>
    <message>
        <source>Give the property %1 with %2.</source>
        <translation>请用 %2 给出属性 %1。</translation>
    </message>
    <message>
        <source>--property knows no &quot;%1&quot;, only %2; data of your own goes into --header K=V.</source>
        <translation>--property 没有“%1”，只有 %2；自己的数据请用 --header K=V。</translation>
    </message>
    <message>
        <source>auto (default): acknowledge once printed; none: take without acknowledgement; reject; requeue: put back, and end when each queue that has messages has gone round once, or after --count messages; hold: keep until the end, then give back.</source>
        <translation>auto（默认）：输出后确认；none：取走而不确认；reject：拒绝；requeue：放回队列，当每个有消息的队列都转完一圈或满 --count 条后结束；hold：持有到结束，然后归还。</translation>
    </message>
    <message>
        <source>Went round %1 once; messages printed and put back: %2.</source>
        <translation>已将 %1 转完一圈；输出并放回的消息：%2 条。</translation>
    </message>
    <message>
        <source>Messages of %1 that were not reached: %2. They are less urgent, or new, or another consumer had them. See them with: qombu peek %1</source>
        <translation>%1 中未轮到的消息：%2 条。它们不够紧急、新到，或当时在其他消费者手中。可用 qombu peek %1 查看</translation>
    </message>
    <message>
        <source>The URL has no scheme; did you mean redis://%1?</source>
        <translation>URL 没有协议部分；是否想写 redis://%1？</translation>
    </message>
    <message>
        <source>Messages that cannot be decoded fill the window of %1 and stay in their queue. Read them with --accept TYPE, or look further with --prefetch N.</source>
        <translation>无法解码的消息占满了 %1 条的窗口，并留在队列中。请用 --accept TYPE 读取，或用 --prefetch N 查看更多。</translation>
    </message>
    <message>
        <source>Fail unless nobody else consumes, and let nobody.</source>
        <translation>独占消费：若已有其他消费者则失败，此后也不许他人消费。</translation>
    </message>
    <message>
        <source>This consumer of %1 gets its share again.</source>
        <translation>此消费者又能得到 %1 的消息了。</translation>
    </message>
    <message>
        <source>Malformed messages of %1 put aside: %2. The first: %3</source>
        <translation>%1 中被搁置的格式错误的消息：%2 条。第一条：%3</translation>
    </message>
    <message>
        <source>TO</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>exchange %1</source>
        <translation>交换机 %1</translation>
    </message>
    <message>
        <source>The destination is an exchange, not a queue.</source>
        <translation>目标是交换机，而不是队列。</translation>
    </message>
    <message>
        <source>Only if nobody consumes from it.</source>
        <translation>仅当无人消费它时。</translation>
    </message>
    <message>
        <source>Only if no message waits in it.</source>
        <translation>仅当其中没有等待的消息时。</translation>
    </message>
    <message>
        <source>Only if nothing is bound to it.</source>
        <translation>仅当它没有任何绑定时。</translation>
    </message>
    <message>
        <source>Let an exchange send to a queue or another exchange.</source>
        <translation>让交换机发送到队列或另一个交换机。</translation>
    </message>
    <message>
        <source>Name by which the broker&apos;s tools show this consumer; Redis shows none.</source>
        <translation>消息代理的工具显示此消费者时所用的名称；Redis 不显示。</translation>
    </message>
    <message>
        <source>--property expiration wants whole milliseconds, not &quot;%1&quot;.</source>
        <translation>--property expiration 需要整数毫秒，而不是 “%1”。</translation>
    </message>
    <message>
        <source>Messages of %1 that are still unacknowledged: %2. %3</source>
        <translation>%1 中仍未确认的消息：%2。%3</translation>
    </message>
    <message>
        <source>Nobody reads stdout any more.</source>
        <translation>标准输出已无人读取。</translation>
    </message>
    <message>
        <source>Cannot write to stdout (%1); the message was taken without acknowledgement and is lost.</source>
        <translation>无法写入标准输出（%1）；该消息是不经确认取走的，已经丢失。</translation>
    </message>
    <message>
        <source>Cannot write to stdout (%1); the message stays in its queue.</source>
        <translation>无法写入标准输出（%1）；消息保留在其队列中。</translation>
    </message>
    <message>
        <source>%1 (required)</source>
        <translation>%1（必需）</translation>
    </message>
    <message>
        <source>Explain a verb.</source>
        <translation>说明一个命令。</translation>
    </message>
    <message>
        <source>Usage: %1</source>
        <translation>用法：%1</translation>
    </message>
    <message>
        <source>Example: %1</source>
        <translation>示例：%1</translation>
    </message>
    <message>
        <source>Options:</source>
        <translation>选项：</translation>
    </message>
    <message>
        <source>Options of every verb:</source>
        <translation>所有命令共有的选项：</translation>
    </message>
    <message>
        <source>Did you mean &quot;%1&quot;?</source>
        <translation>您是否想输入“%1”？</translation>
    </message>
    <message>
        <source>Cannot write to stdout: %1.</source>
        <translation>无法写入标准输出：%1。</translation>
    </message>
    <message>
        <source>There is no option --%1.</source>
        <translation>没有选项 --%1。</translation>
    </message>
    <message>
        <source>only the lines before it were sent</source>
        <translation>只发送了它之前的各行</translation>
    </message>
    <message>
        <source>nothing was sent</source>
        <translation>没有发送任何内容</translation>
    </message>
    <message>
        <source>%1 is larger than 128 MiB; %2.</source>
        <translation>%1 大于 128 MiB；%2。</translation>
    </message>
    <message>
        <source>%1 is not JSON (%2); %3. For plain text use --serializer text.</source>
        <translation>%1 不是 JSON（%2）；%3。纯文本请使用 --serializer text。</translation>
    </message>
    <message>
        <source>%1 is not UTF-8 text; %2. For bytes use --serializer raw.</source>
        <translation>%1 不是 UTF-8 文本；%2。字节数据请使用 --serializer raw。</translation>
    </message>
    <message>
        <source>The queue to send to; this or --exchange is required.</source>
        <translation>要发送到的队列；必须给出它或 --exchange。</translation>
    </message>
    <message>
        <source>Send each line of a file (- is stdin) as one message; those of a pipe as they come.</source>
        <translation>将文件（- 表示标准输入）的每一行作为一条消息发送；管道中的行到达时即发送。</translation>
    </message>
    <message>
        <source>%1 did not answer in time; what it had given comes back when the visibility timeout is over.</source>
        <translation>%1 未及时应答；它已交付的消息将在可见性超时结束后返回队列。</translation>
    </message>
    <message>
        <source>Done, but stdout cannot be written to (%1). %2</source>
        <translation>已完成，但无法写入标准输出（%1）。%2</translation>
    </message>
    <message>
        <source>There is no queue &quot;%1&quot;.</source>
        <translation>没有名为“%1”的队列。</translation>
    </message>
    <message>
        <source>This broker keeps no empty queues: %1 is listed once a message waits in it or an exchange is bound to it.</source>
        <translation>此消息代理不保留空队列：%1 中有消息等待或有交换机绑定到它之后才会列出。</translation>
    </message>
    <message>
        <source>%1 is not bound to %2 with the routing key &quot;%3&quot;.</source>
        <translation>%1 没有以路由键“%3”绑定到 %2。</translation>
    </message>
    <message>
        <source>There is no exchange &quot;%1&quot;.</source>
        <translation>没有名为“%1”的交换机。</translation>
    </message>
    <message>
        <source>--%1 wants one of %2, not &quot;%3&quot;.</source>
        <translation>--%1 的值应为 %2 之一，而不是“%3”。</translation>
    </message>
    <message>
        <source>%1 (%2 of %3 messages were measured)</source>
        <translation>%1（%3 条消息中测量了 %2 条）</translation>
    </message>
    <message>
        <source>The queue &quot;%1&quot; is empty or not there; waiting for messages.</source>
        <translation>队列“%1”为空或不存在；正在等待消息。</translation>
    </message>
    <message>
        <source>The queue &quot;%1&quot; is empty or not there.</source>
        <translation>队列“%1”为空或不存在。</translation>
    </message>
    <message>
        <source>line %1 of the input</source>
        <translation>输入的第 %1 行</translation>
    </message>
    <message>
        <source>message %1</source>
        <translation>第 %1 条消息</translation>
    </message>
    <message>
        <source>Nothing was sent.</source>
        <translation>没有发送任何内容。</translation>
    </message>
    <message>
        <source>Refused: %1, the first of them %2.</source>
        <translation>被拒绝：%1 条，其中第一条是%2。</translation>
    </message>
    <message>
        <source>In doubt: %1, the first of them %2.</source>
        <translation>不能确定：%1 条，其中第一条是%2。</translation>
    </message>
    <message>
        <source>Go on with %1.</source>
        <translation>请从%1继续。</translation>
    </message>
    <message>
        <source>No message was confirmed for %1 s. %2</source>
        <translation>已有 %1 秒没有消息得到确认。%2</translation>
    </message>
    <message>
        <source>The deadline passed while the input was still open.</source>
        <translation>期限已过，而输入仍未结束。</translation>
    </message>
    <message>
        <source>Done, but stdout cannot be written to (%1).</source>
        <translation>已完成，但无法写入标准输出（%1）。</translation>
    </message>
    <message>
        <source>%1 has bindings of a %2 exchange and cannot be declared as %3. Use --type %2, or delete the exchange first.</source>
        <translation>%1 有 %2 交换机的绑定，不能声明为 %3。请使用 --type %2，或先删除该交换机。</translation>
    </message>
    <message>
        <source>%1: can be used as %2; this broker stores nothing of it but its bindings</source>
        <translation>%1：可作为 %2 使用；此消息代理除绑定外不保存它的任何内容</translation>
    </message>
    <message>
        <source>Interrupted; it may have been done all the same.</source>
        <translation>已中断；操作可能已经完成。</translation>
    </message>
    <message>
        <source>A message of %1 is printed as it came, and stays there unacknowledged: %2</source>
        <translation>%1 的一条消息按原样显示，它留在队列中，未被确认：%2</translation>
    </message>
    <message>
        <source>A message of %1 is printed as it came: %2</source>
        <translation>%1 的一条消息按原样显示：%2</translation>
    </message>
    <message>
        <source>It may have arrived.</source>
        <translation>它可能已经到达。</translation>
    </message>
    <message>
        <source>Kombu may delete these bindings from %1 on; &quot;qombu bind&quot; of one keeps all of them</source>
        <translation>从 %1 起 Kombu 可能删除这些绑定；对其中一个执行“qombu bind”即可全部保留</translation>
    </message>
    <message>
        <source>QUARANTINED</source>
        <translation>已隔离</translation>
    </message>
    <message>
        <source>HOLDER</source>
        <translation>持有者</translation>
    </message>
    <message>
        <source>HOLDER IS</source>
        <translation>持有者状态</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>alive</source>
        <translation>存活</translation>
    </message>
    <message>
        <source>dead</source>
        <translation>已死</translation>
    </message>
    <message>
        <source>At most so many elements (default 100).</source>
        <translation>最多这么多个元素（默认 100）。</translation>
    </message>
    <message>
        <source>Name one queue, or none.</source>
        <translation>请指名一个队列，或不指名。</translation>
    </message>
    <message>
        <source>--limit needs a queue.</source>
        <translation>--limit 需要一个队列。</translation>
    </message>
    <message>
        <source>NAME</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>BEGINS WITH</source>
        <translation>开头</translation>
    </message>
    <message>
        <source>WHY IT IS NO MESSAGE</source>
        <translation>为何不是消息</translation>
    </message>
    <message>
        <source>It is one by now.</source>
        <translation>现在它是消息了。</translation>
    </message>
    <message>
        <source>Name a queue and an element, which &quot;qombu quarantine QUEUE&quot; shows, or a queue and --all.</source>
        <translation>请指名一个队列和一个元素（“qombu quarantine QUEUE” 会显示），或一个队列和 --all。</translation>
    </message>
    <message>
        <source>Put elements of a quarantine back into their queue, as they are, behind all that wait there.</source>
        <translation>把隔离区的元素原样放回其队列，排在所有等待的消息之后。</translation>
    </message>
    <message>
        <source>%1: %2 elements put back</source>
        <translation>%1：已放回 %2 个元素</translation>
    </message>
    <message>
        <source>Delete elements of a quarantine.</source>
        <translation>删除隔离区的元素。</translation>
    </message>
    <message>
        <source>%1: %2 elements deleted</source>
        <translation>%1：已删除 %2 个元素</translation>
    </message>
    <message>
        <source>Also from a holder that lives, or of whom nobody knows, such as Kombu&apos;s: the messages may be worked on twice.</source>
        <translation>即使持有者仍存活，或无人知道（例如 Kombu 的）：消息可能会被处理两次。</translation>
    </message>
    <message>
        <source>Give one tag, or --holder NAME; &quot;qombu unacked&quot; shows both.</source>
        <translation>请给出一个标签，或 --holder NAME；“qombu unacked” 会显示两者。</translation>
    </message>
    <message>
        <source>%1: %2 messages returned</source>
        <translation>%1：已归还 %2 条消息</translation>
    </message>
    <message>
        <source>List what was put aside because it is no message: counts, or the elements of one queue.</source>
        <translation>列出因不是消息而被隔离的内容：各队列的数量，或某个队列的元素。</translation>
    </message>
    <message>
        <source>All that are there, in place of the element NAME.</source>
        <translation>其中的全部元素，代替元素 NAME。</translation>
    </message>
    <message>
        <source>Put what a dead consumer holds back to the front of its queues, now.</source>
        <translation>把已死的消费者所持有的消息立即放回其队列的最前面。</translation>
    </message>
    <message>
        <source>All that this holder holds, in place of the message TAG.</source>
        <translation>该持有者所持有的全部消息，代替消息 TAG。</translation>
    </message>
    <message>
        <source>The password file %1 is not used: the URL has a password.</source>
        <translation>未使用密码文件 %1：URL 中已有密码。</translation>
    </message>
    <message>
        <source>--%1 wants at most %2 seconds, not &quot;%3&quot;.</source>
        <translation>--%1 最多为 %2 秒，而不是 “%3”。</translation>
    </message>
    <message>
        <source>The queue &quot;%1&quot; is empty, or not there: %2</source>
        <translation>队列“%1”为空，或者不存在：%2</translation>
    </message>
    <message>
        <source>It did not arrive.</source>
        <translation>它没有到达。</translation>
    </message>
    <message>
        <source>Did not arrive: %1, the first of them %2.</source>
        <translation>未到达：%1 条，其中第一条是%2。</translation>
    </message>
    <message>
        <source>Show waiting messages; what that changes at the broker is said before.</source>
        <translation>显示等待中的消息；事先说明这会在消息代理上改变什么。</translation>
    </message>
    <message>
        <source>Refused: a look changes this broker, and this call is read-only.</source>
        <translation>已拒绝：查看会改变此消息代理，而本次调用为只读。</translation>
    </message>
    <message>
        <source>--queue wants a name.</source>
        <translation>--queue 需要一个名称。</translation>
    </message>
    <message>
        <source>%1 messages are held, and not all were looked at: queues in which none waits may be missing here.</source>
        <translation>有 %1 条消息被持有，并未全部查看：此处可能缺少没有等待中消息的队列。</translation>
    </message>
    <message>
        <source>All messages of the queue &quot;%1&quot; are held by consumers: nothing was removed.</source>
        <translation>队列“%1”的所有消息都被消费者持有：未删除任何内容。</translation>
    </message>
    <message>
        <source>Make the queue known where it is not there, instead of ending.</source>
        <translation>队列不存在时声明它，而不是结束。</translation>
    </message>
    <message>
        <source>Look also where that may bring messages out of order, or nearer to the delivery limit at which the broker drops them.</source>
        <translation>即使查看可能打乱消息顺序，或使消息更接近代理丢弃它们的投递上限，也照样查看。</translation>
    </message>
    <message>
        <source>Refused: nothing was looked at. With --force it is.</source>
        <translation>已拒绝：没有查看任何消息。加上 --force 才会查看。</translation>
    </message>
    <message>
        <source>Shown are %1 of %2 messages that waited.</source>
        <translation>共有 %2 条消息在等待，这里显示 %1 条。</translation>
    </message>
    <message>
        <source>Not tried: %1.</source>
        <translation>未尝试：%1。</translation>
    </message>
    <message>
        <source>Names that begin with &quot;amq.&quot; are the broker&apos;s own, and %1 is one: %2</source>
        <translation>以“amq.”开头的名称属于代理自己，%1 就是其中之一：%2</translation>
    </message>
    <message>
        <source>An argument such as x-queue-type=quorum; may be repeated.</source>
        <translation>一个参数，例如 x-queue-type=quorum；可以重复。</translation>
    </message>
    <message>
        <source>NAME=VALUE</source>
        <translation>名称=值</translation>
    </message>
    <message>
        <source>List bindings, all or of one queue or exchange; patterns read differently by AMQP are marked.</source>
        <translation>列出全部绑定，或一个队列或交换机的绑定；AMQP 理解不同的模式会标出。</translation>
    </message>
    <message>
        <source>Only of exchanges whose names contain this text.</source>
        <translation>只列名称含有此文本的交换机的。</translation>
    </message>
    <message>
        <source>What leads to this queue.</source>
        <translation>通向此队列的。</translation>
    </message>
    <message>
        <source>What leads to this exchange, and away from it.</source>
        <translation>通向此交换机的，以及从它出发的。</translation>
    </message>
    <message>
        <source>Only what leads away from the exchange.</source>
        <translation>只列从该交换机出发的。</translation>
    </message>
    <message>
        <source>Only what leads to the exchange.</source>
        <translation>只列通向该交换机的。</translation>
    </message>
    <message>
        <source>Give --queue Q or --exchange E.</source>
        <translation>请给出 --queue Q 或 --exchange E。</translation>
    </message>
    <message>
        <source>--from and --to need --exchange E.</source>
        <translation>--from 和 --to 需要 --exchange E。</translation>
    </message>
    <message>
        <source>--filter is for the bindings of all exchanges.</source>
        <translation>--filter 用于所有交换机的绑定。</translation>
    </message>
    <message>
        <source>--page is for the bindings of all exchanges.</source>
        <translation>--page 用于所有交换机的绑定。</translation>
    </message>
    <message>
        <source>ARGUMENTS</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>(default)</source>
        <translation>（默认）</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 分</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 时 %2 分</translation>
    </message>
    <message>
        <source>%1 d %2 h</source>
        <translation>%1 天 %2 时</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>List the consumers of all queues, or of one.</source>
        <translation>列出所有队列或一个队列的消费者。</translation>
    </message>
    <message>
        <source>--%1 is for the consumers of all queues.</source>
        <translation>--%1 用于所有队列的消费者。</translation>
    </message>
    <message>
        <source>Only of queues whose names contain this text.</source>
        <translation>只列名称含有此文本的队列的。</translation>
    </message>
    <message>
        <source>CONNECTION</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>CHANNEL</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>USER</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>PREFETCH</source>
        <translation>预取</translation>
    </message>
    <message>
        <source>takes without acknowledging</source>
        <translation>取走而不确认</translation>
    </message>
    <message>
        <source>exclusive</source>
        <translation>独占</translation>
    </message>
    <message>
        <source>waits until the active one has left</source>
        <translation>等到活动的消费者离开</translation>
    </message>
    <message>
        <source>List the connections of all clients.</source>
        <translation>列出所有客户端的连接。</translation>
    </message>
    <message>
        <source>CLIENT</source>
        <translation>客户端</translation>
    </message>
    <message>
        <source>VIRTUAL HOST</source>
        <translation>虚拟主机</translation>
    </message>
    <message>
        <source>STATE</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>PROTOCOL</source>
        <translation>协议</translation>
    </message>
    <message>
        <source>TLS</source>
        <translation>TLS</translation>
    </message>
    <message>
        <source>CHANNELS</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>IN/S</source>
        <translation>入/秒</translation>
    </message>
    <message>
        <source>OUT/S</source>
        <translation>出/秒</translation>
    </message>
    <message>
        <source>SINCE</source>
        <translation>始于</translation>
    </message>
    <message>
        <source>List the channels of all clients.</source>
        <translation>列出所有客户端的通道。</translation>
    </message>
    <message>
        <source>Only those that hold messages, the most first, with their consumers.</source>
        <translation>只列持有消息的，最多的在前，并列出其消费者。</translation>
    </message>
    <message>
        <source>HELD</source>
        <translation>持有</translation>
    </message>
    <message>
        <source>UNCONFIRMED</source>
        <translation>未确认发布</translation>
    </message>
    <message>
        <source>ACKS/S</source>
        <translation>确认/秒</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>无上限</translation>
    </message>
    <message>
        <source>%1 queues, %2 exchanges, %3 bindings, %4 policies, %5 parameters</source>
        <translation>%1 个队列，%2 个交换机，%3 个绑定，%4 个策略，%5 个参数</translation>
    </message>
    <message>
        <source>Say &quot;definitions export [FILE]&quot; or &quot;definitions import FILE&quot;.</source>
        <translation>请写 &quot;definitions export [FILE]&quot; 或 &quot;definitions import FILE&quot;。</translation>
    </message>
    <message>
        <source>&quot;definitions %1&quot; wants one file.</source>
        <translation>&quot;definitions %1&quot; 需要一个文件。</translation>
    </message>
    <message>
        <source>%1 has more than %2 MiB.</source>
        <translation>%1 超过 %2 MiB。</translation>
    </message>
    <message>
        <source>%1 holds no definitions: nothing was sent. %2</source>
        <translation>%1 中没有定义：没有发送任何内容。%2</translation>
    </message>
    <message>
        <source>Refused: %1 exists. With --force it is replaced.</source>
        <translation>已拒绝：%1 已存在。用 --force 替换它。</translation>
    </message>
    <message>
        <source>%1: written, %2</source>
        <translation>%1：已写入，%2</translation>
    </message>
    <message>
        <source>POLICY</source>
        <translation>策略</translation>
    </message>
    <message>
        <source>
Exit codes:
  0  done
  1  the operation failed, stdout could not be written to, or &quot;consume&quot;
     left what it could not decode
  2  wrong usage; nothing was sent
  3  broker unreachable, or its management API where that was asked; or a
     deadline passed before all was done
  4  refused by read-only mode, or not safe without --force
  5  what was named is not there, or fewer messages came than --count

&quot;qombu help VERB&quot; explains a verb.
</source>
        <translation>
退出码：
  0  完成
  1  操作失败，无法写入标准输出，或 &quot;consume&quot;
     留下了无法解码的消息
  2  用法错误；没有发送任何内容
  3  无法到达代理，或所需的管理 API；或
     全部完成之前期限已过
  4  被只读模式拒绝，或没有 --force 就不安全
  5  所指名的不存在，或到来的消息少于 --count

&quot;qombu help VERB&quot; 解释一个动词。
</translation>
    </message>
    <message>
        <source>Keys of each line with --json: %1.</source>
        <translation>--json 时每行的键：%1。</translation>
    </message>
    <message>
        <source>(delayed by %1 s)</source>
        <translation>（延迟 %1 秒）</translation>
    </message>
    <message>
        <source>Cannot write %1: %2.</source>
        <translation>无法写入 %1：%2。</translation>
    </message>
    <message>
        <source>it is no file</source>
        <translation>它不是文件</translation>
    </message>
    <message>
        <source>There is no folder %1.</source>
        <translation>没有文件夹 %1。</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>MEMORY: publishers are blocked</source>
        <translation>内存：发布者被阻塞</translation>
    </message>
    <message>
        <source>DISK: publishers are blocked</source>
        <translation>磁盘：发布者被阻塞</translation>
    </message>
    <message>
        <source>PARTITION: does not see %1</source>
        <translation>网络分区：看不到 %1</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>%1/s in, %2/s out, %3/s acknowledged</source>
        <translation>入 %1/秒，出 %2/秒，确认 %3/秒</translation>
    </message>
    <message>
        <source> (of %1 up to %2)</source>
        <translation>（%1，截至 %2）</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>无</translation>
    </message>
    <message>
        <source>no tag</source>
        <translation>无标签</translation>
    </message>
    <message>
        <source>%1 (%2) in %3</source>
        <translation>%1（%2），在 %3</translation>
    </message>
    <message>
        <source>: may configure %1, write to %2, read from %3</source>
        <translation>：可以配置 %1，写入 %2，读取 %3</translation>
    </message>
    <message>
        <source>; of topics in %1 write %2, read %3</source>
        <translation>；%1 中的主题：写入 %2，读取 %3</translation>
    </message>
    <message>
        <source>the default exchange</source>
        <translation>默认交换机</translation>
    </message>
    <message>
        <source>Show the broker as a whole: version, nodes and their alarms, totals, rates.</source>
        <translation>显示整个代理：版本、节点及其警报、总数、速率。</translation>
    </message>
    <message>
        <source>What this user may do is not known: %1</source>
        <translation>此用户可以做什么未知：%1</translation>
    </message>
    <message>
        <source>%1 %2, cluster %3, as of %4</source>
        <translation>%1 %2，集群 %3，截至 %4</translation>
    </message>
    <message>
        <source>Messages: %1 ready, %2 unacknowledged</source>
        <translation>消息：%1 条就绪，%2 条未确认</translation>
    </message>
    <message>
        <source>Rates: %1</source>
        <translation>速率：%1</translation>
    </message>
    <message>
        <source>Declared: %1 queues, %2 exchanges</source>
        <translation>已声明：%1 个队列，%2 个交换机</translation>
    </message>
    <message>
        <source>Clients: %1 connections, %2 channels, %3 consumers</source>
        <translation>客户端：%1 个连接，%2 个通道，%3 个消费者</translation>
    </message>
    <message>
        <source>You: %1</source>
        <translation>您：%1</translation>
    </message>
    <message>
        <source>NODE</source>
        <translation>节点</translation>
    </message>
    <message>
        <source>ALARMS</source>
        <translation>警报</translation>
    </message>
    <message>
        <source>MEMORY</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>DISK FREE</source>
        <translation>磁盘空闲</translation>
    </message>
    <message>
        <source>ALARM BELOW</source>
        <translation>低于此值警报</translation>
    </message>
    <message>
        <source>DESCRIPTORS</source>
        <translation>描述符</translation>
    </message>
    <message>
        <source>UP FOR</source>
        <translation>已运行</translation>
    </message>
    <message>
        <source>running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>DOWN</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Only those whose names contain this text.</source>
        <translation>只列名称含有此文本的。</translation>
    </message>
    <message>
        <source>TEXT</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>At most so many (default %1).</source>
        <translation>最多这么多（默认 %1）。</translation>
    </message>
    <message>
        <source>Go on there: what the call before has told, with the same options.</source>
        <translation>从那里继续：上一次调用所告知的，用相同的选项。</translation>
    </message>
    <message>
        <source>CURSOR</source>
        <translation>游标</translation>
    </message>
    <message>
        <source>All, page after page.</source>
        <translation>全部，一页接一页。</translation>
    </message>
    <message>
        <source>Give --limit or --all.</source>
        <translation>请给出 --limit 或 --all。</translation>
    </message>
    <message>
        <source>Not all is shown. Go on with --page %1.</source>
        <translation>没有全部显示。用 --page %1 继续。</translation>
    </message>
    <message>
        <source>The list has changed while it was read: rows may be missing, or there twice.</source>
        <translation>读取期间列表已改变：可能缺少行，或有重复的行。</translation>
    </message>
    <message>
        <source>Counts are as of %1, up to %2 s old; older where the broker is told to count less often.</source>
        <translation>计数截至 %1，最多旧 %2 秒；如果代理被设为较少统计，则更旧。</translation>
    </message>
    <message>
        <source>What comes in, goes out and is acknowledged in a second is the mean of up to %1.</source>
        <translation>每秒的入、出和确认是最多 %1 内的平均值。</translation>
    </message>
    <message>
        <source>Shown are %1 of %2. Go on with --page %3, or see all with --all.</source>
        <translation>显示了 %1 / %2。用 --page %3 继续，或用 --all 查看全部。</translation>
    </message>
    <message>
        <source>There are more. Go on with --page %1, or see all with --all.</source>
        <translation>还有更多。用 --page %1 继续，或用 --all 查看全部。</translation>
    </message>
    <message>
        <source>List policies, and the operators&apos; policies that limit them.</source>
        <translation>列出策略，以及限制它们的运维策略。</translation>
    </message>
    <message>
        <source>PATTERN</source>
        <translation>模式</translation>
    </message>
    <message>
        <source>APPLIES TO</source>
        <translation>适用于</translation>
    </message>
    <message>
        <source>PRIORITY</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>DEFINITION</source>
        <translation>定义</translation>
    </message>
    <message>
        <source>operator policy</source>
        <translation>运维策略</translation>
    </message>
    <message>
        <source>Make the queue where it is not there; Redis makes it in any case.</source>
        <translation>队列不存在时创建它；Redis 总会创建。</translation>
    </message>
    <message>
        <source>The broker keeps it back so long, counted from its receipt: RabbitMQ in whole seconds, rounded up; Redis cannot.</source>
        <translation>代理把它保留这么久，从收到时算起：RabbitMQ 以整秒计，向上取整；Redis 不能。</translation>
    </message>
    <message>
        <source>Sort by %1; with :desc the largest first. Unknown is last.</source>
        <translation>按 %1 排序；加 :desc 则最大的在前。未知的在最后。</translation>
    </message>
    <message>
        <source>BY[:desc]</source>
        <translation>BY[:desc]</translation>
    </message>
    <message>
        <source>--sort wants one of %1.</source>
        <translation>--sort 需要 %1 之一。</translation>
    </message>
    <message>
        <source>Not known of any of these is &quot;%1&quot;: they are not in its order.</source>
        <translation>这些的 &quot;%1&quot; 都未知：它们不按此排序。</translation>
    </message>
    <message>
        <source>List messages that consumers hold; on RabbitMQ, how many each channel holds.</source>
        <translation>列出消费者持有的消息；在 RabbitMQ 上，列出每个通道持有多少条。</translation>
    </message>
    <message>
        <source>%1; or, by channel, %2</source>
        <translation>%1；或按通道：%2</translation>
    </message>
    <message>
        <source>This broker counts held messages by channel and does not show them; which consumer of a channel holds how many is not known.</source>
        <translation>此代理按通道统计持有的消息且不显示它们；一个通道中哪个消费者持有多少条未知。</translation>
    </message>
    <message>
        <source>Export what is declared in the virtual host (queues, exchanges, bindings, policies; no messages), or import it: queues and exchanges that are there are not declared anew, also where they differ. A policy or parameter takes the place of that of the same name and holds for the queues that are there, which may delete messages: that wants --force. &quot;-&quot; is stdin.</source>
        <translation>导出虚拟主机中声明的内容（队列、交换机、绑定、策略；不含消息），或导入：已有的队列和交换机不会重新声明，即使它们不同。策略或参数会取代同名的，并对已有的队列生效，这可能删除消息：因此需要 --force。&quot;-&quot; 是标准输入。</translation>
    </message>
    <message>
        <source>Export: replace a file that exists. Import: also policies and parameters that differ from those there, or are new where there are queues.</source>
        <translation>导出：替换已存在的文件。导入：也导入与已有的不同、或在已有队列之处是新的策略和参数。</translation>
    </message>
    <message>
        <source>Refused, nothing was sent: %1 would change what holds there, which may delete messages of queues that are there. With --force all of it is imported.</source>
        <translation>已拒绝，没有发送任何内容：%1 会改变那里的规则，可能删除已有队列的消息。用 --force 全部导入。</translation>
    </message>
    <message>
        <source>%1: imported; the file has %2. Queues and exchanges that were there were not declared anew, also where they differ.</source>
        <translation>%1：已导入；文件中有 %2。原有的队列和交换机没有重新声明，即使它们不同。</translation>
    </message>
    <message>
        <source>policy &quot;%1&quot;</source>
        <translation>策略 &quot;%1&quot;</translation>
    </message>
    <message>
        <source>parameter &quot;%1&quot; of %2</source>
        <translation>%2 的参数 &quot;%1&quot;</translation>
    </message>
    <message>
        <source>%1 (new)</source>
        <translation>%1（新的）</translation>
    </message>
    <message>
        <source>%1 (differs)</source>
        <translation>%1（不同）</translation>
    </message>
</context>
<context>
    <name>Duration</name>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 分 %2 秒</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 小时 %2 分</translation>
    </message>
    <message>
        <source>%1 d %2 h</source>
        <translation>%1 天 %2 小时</translation>
    </message>
</context>
<context>
    <name>Entities</name>
    <message>
        <source>durable</source>
        <translation>持久</translation>
    </message>
    <message>
        <source>goes with its last binding</source>
        <translation>随最后一个绑定消失</translation>
    </message>
    <message>
        <source>internal: only exchanges send to it</source>
        <translation>内部：只有交换机向它发送</translation>
    </message>
    <message>
        <source>policy %1</source>
        <translation>策略 %1</translation>
    </message>
    <message>
        <source>gone when the broker restarts</source>
        <translation>代理重启时消失</translation>
    </message>
    <message>
        <source>goes with its last consumer</source>
        <translation>随最后一个消费者消失</translation>
    </message>
    <message>
        <source>belongs to one connection</source>
        <translation>属于一个连接</translation>
    </message>
    <message>
        <source>on %1</source>
        <comment>server</comment>
        <translation>在 %1 上</translation>
    </message>
    <message>
        <source>Its publishers are slowed down: they are faster than it can follow.</source>
        <translation>它的发布者被放慢：他们比它能跟上的更快。</translation>
    </message>
    <message>
        <source>The server that has this queue is down: its messages cannot be reached.</source>
        <translation>拥有此队列的服务器已停止：无法取得其消息。</translation>
    </message>
    <message>
        <source>Most servers of this queue are down: it takes and gives no messages.</source>
        <translation>此队列的大多数服务器已停止：它既不接收也不发出消息。</translation>
    </message>
    <message>
        <source>The broker calls its state “%1”.</source>
        <translation>代理称其状态为“%1”。</translation>
    </message>
    <message>
        <source>It is not running.</source>
        <translation>它没有运行。</translation>
    </message>
    <message>
        <source>Memory alarm: nobody can publish until it uses less memory.</source>
        <translation>内存警报：在它减少内存使用之前没有人能发布。</translation>
    </message>
    <message>
        <source>Disk alarm: nobody can publish until its disk has more room.</source>
        <translation>磁盘警报：在其磁盘有更多空间之前没有人能发布。</translation>
    </message>
    <message>
        <source>It cannot see %1: the cluster is split.</source>
        <translation>它看不到 %1：集群已分裂。</translation>
    </message>
</context>
<context>
    <name>ErrorTexts</name>
    <message>
        <source>The in-memory broker</source>
        <translation>内存中的消息代理</translation>
    </message>
    <message>
        <source>The broker</source>
        <translation>消息代理</translation>
    </message>
    <message>
        <source>%1 cannot be reached at %2.</source>
        <translation>无法在 %2 连接到 %1。</translation>
    </message>
    <message>
        <source>%1 did not answer in time (%2).</source>
        <translation>%1 没有及时答复（%2）。</translation>
    </message>
    <message>
        <source>%1 wants a password.</source>
        <translation>%1 要求密码。</translation>
    </message>
    <message>
        <source>%1 refused the password.</source>
        <translation>%1 拒绝了密码。</translation>
    </message>
    <message>
        <source>%1 refused the password of user “%2”.</source>
        <translation>%1 拒绝了用户 “%2” 的密码。</translation>
    </message>
    <message>
        <source>%1 refuses to store anything for now.</source>
        <translation>%1 目前拒绝存储任何内容。</translation>
    </message>
    <message>
        <source>It is no longer there.</source>
        <translation>它已不存在。</translation>
    </message>
    <message>
        <source>No queue took the message.</source>
        <translation>没有队列接收此消息。</translation>
    </message>
    <message>
        <source>%1 could not do this.</source>
        <translation>%1 未能完成此操作。</translation>
    </message>
    <message>
        <source>Is the server running, and may you open its socket?</source>
        <translation>服务器在运行吗？您有权打开它的套接字吗？</translation>
    </message>
    <message>
        <source>Is the server running, and are host and port right?</source>
        <translation>服务器在运行吗？主机和端口正确吗？</translation>
    </message>
    <message>
        <source>It may be busy, or a firewall swallows the traffic.</source>
        <translation>它可能正忙，或者防火墙丢弃了数据。</translation>
    </message>
    <message>
        <source>Open the broker again with its user and password.</source>
        <translation>请用用户名和密码重新打开此消息代理。</translation>
    </message>
    <message>
        <source>It is out of memory or disk, or a replica that only reads.</source>
        <translation>它的内存或磁盘已满，或者是只读副本。</translation>
    </message>
</context>
<context>
    <name>FieldTexts</name>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>This broker does not tell</source>
        <translation>此代理不告知</translation>
    </message>
</context>
<context>
    <name>JsonFormatter</name>
    <message>
        <source>The text ends too early</source>
        <translation>文本过早结束</translation>
    </message>
    <message>
        <source>There is text after the end of the value</source>
        <translation>值的结尾之后还有文本</translation>
    </message>
    <message>
        <source>A name in quotes should be here</source>
        <translation>此处应为带引号的名称</translation>
    </message>
    <message>
        <source>A colon should be here</source>
        <translation>此处应为冒号</translation>
    </message>
    <message>
        <source>A comma or the closing bracket should be here</source>
        <translation>此处应为逗号或右括号</translation>
    </message>
    <message>
        <source>Nested deeper than %1 levels</source>
        <translation>嵌套超过 %1 层</translation>
    </message>
    <message>
        <source>This is not a JSON value</source>
        <translation>这不是 JSON 值</translation>
    </message>
    <message>
        <source>A control character inside a text</source>
        <translation>文本中有控制字符</translation>
    </message>
    <message>
        <source>A text is not closed</source>
        <translation>文本没有结束</translation>
    </message>
    <message>
        <source>An unknown escape inside a text</source>
        <translation>文本中有未知的转义</translation>
    </message>
</context>
<context>
    <name>MessageCell</name>
    <message>
        <source>Task or type</source>
        <translation>任务或类型</translation>
    </message>
    <message>
        <source>Routing key</source>
        <translation>路由键</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Prio</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>Content type</source>
        <translation>内容类型</translation>
    </message>
    <message>
        <source>Body</source>
        <translation>正文</translation>
    </message>
    <message>
        <source>The body could not be read: %1</source>
        <translation>无法读取正文：%1</translation>
    </message>
    <message>
        <source>Delivered before and given back</source>
        <translation>曾被投递并归还</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::ActivityModel</name>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>更改</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>running…</source>
        <translation>进行中…</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::Application</name>
    <message>
        <source>There is no place “%1”.</source>
        <translation>没有位置 “%1”。</translation>
    </message>
    <message>
        <source>The picture could not be written to %1.</source>
        <translation>无法把图像写入 %1。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::BindingTableModel</name>
    <message>
        <source>From exchange</source>
        <translation>来自交换机</translation>
    </message>
    <message>
        <source>Routing key</source>
        <translation>路由键</translation>
    </message>
    <message>
        <source>Stored pattern</source>
        <translation>存储的模式</translation>
    </message>
    <message>
        <source>(default exchange)</source>
        <translation>（默认交换机）</translation>
    </message>
    <message>
        <source>“%1” means different things to Kombu and to AMQP:</source>
        <translation>“%1” 对 Kombu 和 AMQP 的含义不同：</translation>
    </message>
    <message>
        <source>to Kombu * may stand for several words; to AMQP it is exactly one.</source>
        <translation>在 Kombu 中 * 可以代表多个单词；在 AMQP 中恰好代表一个。</translation>
    </message>
    <message>
        <source>to Kombu # keeps its dot, so “a.#” misses “a”; to AMQP it matches.</source>
        <translation>在 Kombu 中 # 保留它的点，所以 “a.#” 不匹配 “a”；在 AMQP 中匹配。</translation>
    </message>
    <message>
        <source>This broker is shared with Kombu: its reading counts.</source>
        <translation>此消息代理与 Kombu 共享：以 Kombu 的理解为准。</translation>
    </message>
    <message>
        <source>To</source>
        <comment>queue or exchange that a binding leads to</comment>
        <translation>目标</translation>
    </message>
    <message>
        <source>exchange %1</source>
        <translation>交换机 %1</translation>
    </message>
    <message>
        <source>This broker decides by AMQP’s rules.</source>
        <translation>此消息代理按 AMQP 的规则决定。</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>参数</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::BodyView</name>
    <message>
        <source>Show all</source>
        <translation>全部显示</translation>
    </message>
    <message>
        <source>Body</source>
        <translation>正文</translation>
    </message>
    <message>
        <source>Reading %1…</source>
        <translation>正在读取 %1…</translation>
    </message>
    <message>
        <source>The body is empty</source>
        <translation>正文为空</translation>
    </message>
    <message>
        <source>This body could not be decoded. %1</source>
        <translation>无法解码此正文。%1</translation>
    </message>
    <message>
        <source>Showing the first %1 of %2.</source>
        <translation>显示 %2 中的前 %1。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::BrokerPage</name>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Unacked</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>Queues</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Exchanges</source>
        <translation>交换机</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Consumers</source>
        <translation>消费者</translation>
    </message>
    <message>
        <source>Published/s</source>
        <translation>发布/秒</translation>
    </message>
    <message>
        <source>Delivered/s</source>
        <translation>投递/秒</translation>
    </message>
    <message>
        <source>Acknowledged/s</source>
        <translation>确认/秒</translation>
    </message>
    <message>
        <source>Redelivered/s</source>
        <translation>重新投递/秒</translation>
    </message>
    <message>
        <source>Servers of the broker</source>
        <translation>代理的服务器</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>as of %1</source>
        <translation>截至 %1</translation>
    </message>
    <message>
        <source>all virtual hosts that this user may see</source>
        <translation>此用户可见的所有虚拟主机</translation>
    </message>
    <message>
        <source>rates over the last %1 s</source>
        <translation>最近 %1 秒的速率</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::BrokerPanel</name>
    <message>
        <source>Filter names</source>
        <translation>按名称筛选</translation>
    </message>
    <message>
        <source>Filter of the broker tree</source>
        <translation>消息代理树的筛选</translation>
    </message>
    <message>
        <source>Broker</source>
        <translation>消息代理</translation>
    </message>
    <message>
        <source>Unacked</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>Nothing is called “%1”.</source>
        <translation>没有名为 “%1” 的项。</translation>
    </message>
    <message>
        <source>The first %1 of %2 queues. The filter finds the others.</source>
        <translation>%2 个队列中的前 %1 个。用过滤器找到其他的。</translation>
    </message>
    <message>
        <source>There are more than these. The filter finds the others.</source>
        <translation>还有更多。用过滤器找到其他的。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::BrokerSession</name>
    <message>
        <source>There is no broker.</source>
        <translation>没有消息代理。</translation>
    </message>
    <message>
        <source>When connected at %1: %2</source>
        <translation>%1 连接时：%2</translation>
    </message>
    <message>
        <source>At %1: %2</source>
        <translation>%1：%2</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::BrokerTreeModel</name>
    <message>
        <source>Messages waiting for a worker</source>
        <translation>等待工作进程的消息</translation>
    </message>
    <message>
        <source>Messages a worker has taken and not yet acknowledged</source>
        <translation>工作进程已取走但尚未确认的消息</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Unacked</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>Messages of %1 that could not be read were put aside</source>
        <translation>%1 中无法读取的消息已被搁置</translation>
    </message>
    <message>
        <source>The broker has more than is shown here</source>
        <translation>消息代理中的内容不止此处所示</translation>
    </message>
    <message>
        <source>Exchanges</source>
        <translation>交换机</translation>
    </message>
    <message>
        <source>Queues</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Bindings</source>
        <translation>绑定</translation>
    </message>
    <message>
        <source>Quarantine</source>
        <translation>隔离</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>group of the tree and its number of rows</comment>
        <translation>%1（%2）</translation>
    </message>
    <message>
        <source>(default exchange)</source>
        <translation>（默认交换机）</translation>
    </message>
    <message>
        <source>%1  %2</source>
        <comment>exchange and its type</comment>
        <translation>%1  %2</translation>
    </message>
    <message>
        <source>%1: %2, as far as its bindings tell. This broker does not store types.</source>
        <translation>%1：%2（由其绑定推测）。此消息代理不存储类型。</translation>
    </message>
    <message>
        <source>%1, %2 ready, %3 unacked</source>
        <translation>%1，就绪 %2，未确认 %3</translation>
    </message>
    <message>
        <source>%1: %2 ready, %3 unacked</source>
        <translation>%1：就绪 %2，未确认 %3</translation>
    </message>
    <message numerus="yes">
        <source>%n consumer(s)</source>
        <translation>
            <numerusform>%n 个消费者</numerusform>
        </translation>
    </message>
    <message>
        <source>priority %1: %2</source>
        <translation>优先级 %1：%2</translation>
    </message>
    <message>
        <source>Contended: idle Python workers are served before consumers of this program.</source>
        <translation>有竞争：空闲的 Python 工作进程先于此程序的消费者得到消息。</translation>
    </message>
    <message>
        <source>From %1 to %2 for routing key “%3”</source>
        <translation>从 %1 到 %2，路由键 “%3”</translation>
    </message>
    <message>
        <source>Messages that could not be read and were put aside: %1</source>
        <translation>无法读取而被搁置的消息：%1</translation>
    </message>
    <message>
        <source>Whether messages of %1 were put aside is not known</source>
        <translation>无法得知 %1 是否有消息被搁置</translation>
    </message>
    <message>
        <source>The counts of some queues are not known</source>
        <translation>有些队列的数量未知</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Consumers</source>
        <translation>消费者</translation>
    </message>
    <message>
        <source>Policies</source>
        <translation>策略</translation>
    </message>
    <message numerus="yes">
        <source>%n binding(s)</source>
        <translation>
            <numerusform>%n 个绑定</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::ConfirmDialog</name>
    <message>
        <source>Environment: %1</source>
        <translation>环境：%1</translation>
    </message>
    <message>
        <source>Type “%1” to confirm:</source>
        <translation>请输入 “%1” 以确认：</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::ConsumePage</name>
    <message>
        <source>Give back</source>
        <translation>归还</translation>
    </message>
    <message>
        <source>Acknowledge…</source>
        <translation>确认…</translation>
    </message>
    <message>
        <source>Consuming takes messages from the workers of “%1”. To look without taking, use Messages or Watch.</source>
        <translation>消费会从 “%1” 的工作进程那里取走消息。只查看而不取走，请使用“消息”或“观察”。</translation>
    </message>
    <message>
        <source>Consumed messages</source>
        <translation>已消费的消息</translation>
    </message>
    <message>
        <source>stop after </source>
        <translation>停止于 </translation>
    </message>
    <message>
        <source>Stop after this many messages</source>
        <translation>达到此消息数后停止</translation>
    </message>
    <message>
        <source>Puts the held messages back into the queue, marked as redelivered</source>
        <translation>把持有的消息放回队列，并标记为重新投递</translation>
    </message>
    <message>
        <source>Acknowledge held messages of %1</source>
        <translation>确认 %1 中持有的消息</translation>
    </message>
    <message>
        <source>They are gone for good after this. No worker will see them.</source>
        <translation>此后它们不再存在。没有工作进程会看到它们。</translation>
    </message>
    <message numerus="yes">
        <source>Acknowledge %n message(s)</source>
        <translation>
            <numerusform>确认 %n 条消息</numerusform>
        </translation>
    </message>
    <message>
        <source>Consume %1</source>
        <translation>消费 %1</translation>
    </message>
    <message numerus="yes">
        <source>Up to %n message(s) are taken from “%1” and acknowledged: they are gone for good.</source>
        <translation>
            <numerusform>将从 “%1” 取走最多 %n 条消息并确认：它们不再存在。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Up to %n message(s) are taken from “%1” and held here until you give them back. They return marked as redelivered.</source>
        <translation>
            <numerusform>将从 “%1” 取走最多 %n 条消息并在此持有，直到您归还。归还时它们标记为重新投递。</numerusform>
        </translation>
    </message>
    <message>
        <source>Consume from %1</source>
        <translation>从 %1 消费</translation>
    </message>
    <message numerus="yes">
        <source>Consume %n message(s)</source>
        <translation>
            <numerusform>消费 %n 条消息</numerusform>
        </translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Consume…</source>
        <translation>消费…</translation>
    </message>
    <message>
        <source>Read-only mode is on</source>
        <translation>只读模式已开启</translation>
    </message>
    <message numerus="yes">
        <source>%n taken</source>
        <translation>
            <numerusform>已取走 %n</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n held</source>
        <translation>
            <numerusform>持有 %n</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be read and are held</source>
        <translation>
            <numerusform>%n 条无法读取，正在持有</numerusform>
        </translation>
    </message>
    <message>
        <source>Read-only mode is on: consuming is refused.</source>
        <translation>只读模式已开启：拒绝消费。</translation>
    </message>
    <message numerus="yes">
        <source>%n message(s) could not be settled: the broker still has them as unacked, and may deliver them again. %1</source>
        <translation>
            <numerusform>%n 条消息的处理结果未被接受：消息代理仍把它们记为未确认，可能再次投递。%1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be settled</source>
        <translation>
            <numerusform>%n 条未能处理完毕</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Hold and give back</source>
        <translation>保留并归还(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Take away</source>
        <translation>取走(&amp;T)</translation>
    </message>
    <message>
        <source>Consuming takes messages from the workers of “%1”. What is given back is marked as redelivered, and in a quorum queue counts towards the delivery limit.</source>
        <translation>消费会从“%1”的工作进程那里取走消息。归还的消息会被标记为重新投递，在仲裁队列中还会计入投递上限。</translation>
    </message>
    <message>
        <source>Messages are out of the queue while this tab has them.</source>
        <translation>消息在此标签页中时不在队列里。</translation>
    </message>
    <message>
        <source>Each message is acknowledged and gone for good.</source>
        <translation>每条消息都会被确认，并永久消失。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::ConsumeRun</name>
    <message>
        <source>They are held no more: the broker has given them to somebody else, or lost them.</source>
        <translation>它们已不再被持有：消息代理已将其交给他人，或已丢失。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::EnvironmentChip</name>
    <message>
        <source>READ-ONLY</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>No environment set</source>
        <translation>未设置环境</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::ExchangePage</name>
    <message>
        <source>Nothing is bound to this exchange: what is sent to it is lost.</source>
        <translation>此交换机没有绑定：发送到它的消息会丢失。</translation>
    </message>
    <message>
        <source>Subscribe</source>
        <translation>订阅</translation>
    </message>
    <message>
        <source>See copies of what this exchange sends, by a queue of its own that goes away again</source>
        <translation>通过一个会自动消失的专用队列，查看此交换机所发消息的副本</translation>
    </message>
    <message>
        <source>Publish…</source>
        <translation>发布…</translation>
    </message>
    <message>
        <source>Bindings of this exchange</source>
        <translation>此交换机的绑定</translation>
    </message>
    <message>
        <source>%1, as far as its bindings tell: this broker does not store types</source>
        <translation>%1（由其绑定推测）：此消息代理不存储类型</translation>
    </message>
    <message>
        <source>(default exchange)</source>
        <translation>（默认交换机）</translation>
    </message>
    <message>
        <source>The default exchange sends each message to the queue that its routing key names.</source>
        <translation>默认交换机把每条消息发送到其路由键所指名的队列。</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>未连接</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>正在连接…</translation>
    </message>
    <message>
        <source>This broker has more than can be shown: nothing is known of bindings of this exchange.</source>
        <translation>此消息代理的内容多于可显示的数量：不清楚此交换机有哪些绑定。</translation>
    </message>
    <message>
        <source>There is no exchange of this name.</source>
        <translation>没有此名称的交换机。</translation>
    </message>
    <message>
        <source>Gets messages from exchange %1</source>
        <translation>接收来自交换机 %1 的消息</translation>
    </message>
    <message>
        <source>Gets messages from exchange %1, routing key “%2”</source>
        <translation>接收来自交换机 %1、路由键为“%2”的消息</translation>
    </message>
    <message numerus="yes">
        <source>and by %n more binding(s)</source>
        <translation>
            <numerusform>以及另外 %n 个绑定</numerusform>
        </translation>
    </message>
    <message>
        <source>The bindings are not known</source>
        <translation>绑定未知</translation>
    </message>
    <message numerus="yes">
        <source>Only the first %n binding(s) are shown.</source>
        <translation>
            <numerusform>只显示前 %n 个绑定。</numerusform>
        </translation>
    </message>
    <message>
        <source>Asking the broker…</source>
        <translation>正在询问代理…</translation>
    </message>
    <message>
        <source>in %1/s</source>
        <comment>rate of messages</comment>
        <translation>入 %1/秒</translation>
    </message>
    <message>
        <source>to queues %1/s</source>
        <comment>rate of messages</comment>
        <translation>到队列 %1/秒</translation>
    </message>
    <message>
        <source>over the last %1 s</source>
        <translation>最近 %1 秒</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::InlineBanner</name>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::KpiStrip</name>
    <message>
        <source>This broker does not tell</source>
        <translation>此消息代理不提供</translation>
    </message>
    <message>
        <source>Not all of it is known</source>
        <translation>并非全部已知</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::ListPage</name>
    <message>
        <source>Exchanges</source>
        <translation>交换机</translation>
    </message>
    <message>
        <source>Filter exchanges</source>
        <translation>过滤交换机</translation>
    </message>
    <message>
        <source>This broker has no exchanges.</source>
        <translation>此代理没有交换机。</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Filter connections</source>
        <translation>过滤连接</translation>
    </message>
    <message>
        <source>Nobody that this user may see is connected.</source>
        <translation>此用户可见的人都没有连接。</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Filter channels</source>
        <translation>过滤通道</translation>
    </message>
    <message>
        <source>Nobody that this user may see has a channel open.</source>
        <translation>此用户可见的人都没有打开通道。</translation>
    </message>
    <message>
        <source>Consumers</source>
        <translation>消费者</translation>
    </message>
    <message>
        <source>Filter queues</source>
        <translation>过滤队列</translation>
    </message>
    <message>
        <source>Nobody consumes.
Is a worker running, and does it use this broker and virtual host?</source>
        <translation>没有人在消费。
是否有 worker 在运行，并使用此代理和虚拟主机？</translation>
    </message>
    <message>
        <source>Policies</source>
        <translation>策略</translation>
    </message>
    <message>
        <source>This virtual host has no policies.</source>
        <translation>此虚拟主机没有策略。</translation>
    </message>
    <message>
        <source>Consumers of this queue</source>
        <translation>此队列的消费者</translation>
    </message>
    <message>
        <source>Nobody consumes this queue.
Is a worker running, and does it use this broker and virtual host?</source>
        <translation>没有人消费此队列。
是否有 worker 在运行，并使用此代理和虚拟主机？</translation>
    </message>
    <message>
        <source>Messages that channels have taken and not yet acknowledged. The broker counts them by channel and shows no bodies; they return when their channel closes.</source>
        <translation>通道已取走但尚未确认的消息。代理按通道统计它们且不显示内容；通道关闭时它们会返回。</translation>
    </message>
    <message>
        <source>Channels that hold messages</source>
        <translation>持有消息的通道</translation>
    </message>
    <message>
        <source>No channel holds a message.</source>
        <translation>没有通道持有消息。</translation>
    </message>
    <message>
        <source>No channel that consumes this queue holds a message.</source>
        <translation>没有消费此队列的通道持有消息。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::MainWindow</name>
    <message>
        <source>Broker</source>
        <translation>消息代理</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Changes made by this program</source>
        <translation>此程序所做的更改</translation>
    </message>
    <message>
        <source>Activity</source>
        <translation>活动</translation>
    </message>
    <message>
        <source>Trying again by itself.</source>
        <translation>正在自动重试。</translation>
    </message>
    <message>
        <source>Sign in…</source>
        <translation>登录…</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;About Qombu Inspector</source>
        <translation>关于 Qombu 队列查看器(&amp;A)</translation>
    </message>
    <message>
        <source>About Qombu Inspector</source>
        <translation>关于 Qombu 队列查看器</translation>
    </message>
    <message>
        <source>Qombu Inspector %1

Looks into the queues of message brokers without changing them.
Qt %2. BSD-3-Clause licence.</source>
        <translation>Qombu 队列查看器 %1

查看消息代理的队列而不改变它们。
Qt %2。BSD-3-Clause 许可证。</translation>
    </message>
    <message>
        <source>&amp;Broker</source>
        <translation>消息代理(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>打开(&amp;O)…</translation>
    </message>
    <message>
        <source>&amp;Connect again</source>
        <translation>重新连接(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Read-only mode</source>
        <translation>只读模式(&amp;R)</translation>
    </message>
    <message>
        <source>Open the &amp;demo broker</source>
        <translation>打开演示代理(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>打开最近的(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Environment</source>
        <translation>环境(&amp;E)</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>刷新(&amp;R)</translation>
    </message>
    <message>
        <source>Refresh &amp;every</source>
        <translation>刷新间隔(&amp;E)</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message numerus="yes">
        <source>%n second(s)</source>
        <translation>
            <numerusform>%n 秒</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Queues</source>
        <translation>队列(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Unacked messages</source>
        <translation>未确认的消息(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Close tab</source>
        <translation>关闭标签页(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Queue</source>
        <translation>队列(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Watch</source>
        <translation>观察(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Publish…</source>
        <translation>发布(&amp;P)…</translation>
    </message>
    <message>
        <source>&amp;Consume…</source>
        <translation>消费(&amp;C)…</translation>
    </message>
    <message>
        <source>P&amp;urge…</source>
        <translation>清空(&amp;U)…</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Purge %1</source>
        <translation>清空 %1</translation>
    </message>
    <message>
        <source>All messages waiting in “%1” are destroyed, %2 at the last look. Messages that workers hold are not touched. This cannot be undone.</source>
        <translation>“%1” 中等待的所有消息都会被销毁，最近一次查看时有 %2 条。工作进程持有的消息不受影响。此操作无法撤销。</translation>
    </message>
    <message>
        <source>Purge %1 messages</source>
        <translation>清空 %1 条消息</translation>
    </message>
    <message>
        <source>%1: %2 messages purged</source>
        <translation>%1：已清空 %2 条消息</translation>
    </message>
    <message>
        <source>Showing what was there at %1.</source>
        <translation>显示 %1 时的内容。</translation>
    </message>
    <message>
        <source>All messages waiting in “%1” are destroyed; how many is not known. Messages that workers hold are not touched. This cannot be undone.</source>
        <translation>“%1” 中等待的所有消息都会被销毁，数量未知。工作进程持有的消息不受影响。此操作无法撤销。</translation>
    </message>
    <message>
        <source>Purge all messages</source>
        <translation>清空所有消息</translation>
    </message>
    <message>
        <source>Go to queue</source>
        <translation>转到队列</translation>
    </message>
    <message>
        <source>Name of the queue:</source>
        <translation>队列名称：</translation>
    </message>
    <message>
        <source>&amp;Go to queue…</source>
        <translation>转到队列(&amp;G)…</translation>
    </message>
    <message>
        <source>Broker &amp;overview</source>
        <translation>代理概览(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Exchanges</source>
        <translation>交换机(&amp;E)</translation>
    </message>
    <message>
        <source>Co&amp;nnections</source>
        <translation>连接(&amp;N)</translation>
    </message>
    <message>
        <source>C&amp;hannels</source>
        <translation>通道(&amp;H)</translation>
    </message>
    <message>
        <source>Con&amp;sumers</source>
        <translation>消费者(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Policies</source>
        <translation>策略(&amp;P)</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::MessageView</name>
    <message>
        <source>Properties</source>
        <translation>属性</translation>
    </message>
    <message>
        <source>Headers</source>
        <translation>头部</translation>
    </message>
    <message>
        <source>Celery task</source>
        <translation>Celery 任务</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>字节</translation>
    </message>
    <message>
        <source>Body</source>
        <translation>正文</translation>
    </message>
    <message>
        <source>Celery</source>
        <translation>Celery</translation>
    </message>
    <message>
        <source>Raw</source>
        <translation>原始内容</translation>
    </message>
    <message>
        <source>Select a message to read it.
Reading changes nothing.</source>
        <translation>选择一条消息来阅读。
阅读不会改变任何内容。</translation>
    </message>
    <message>
        <source>Message in %1</source>
        <translation>%1 中的消息</translation>
    </message>
    <message>
        <source>Headers (%1)</source>
        <translation>头部（%1）</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Exchange</source>
        <translation>交换机</translation>
    </message>
    <message>
        <source>(default exchange)</source>
        <translation>（默认交换机）</translation>
    </message>
    <message>
        <source>Routing key</source>
        <translation>路由键</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>Redelivered</source>
        <translation>重新投递</translation>
    </message>
    <message>
        <source>Content type</source>
        <translation>内容类型</translation>
    </message>
    <message>
        <source>Content encoding</source>
        <translation>内容编码</translation>
    </message>
    <message>
        <source>First seen here</source>
        <translation>首次见到</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>标识</translation>
    </message>
    <message>
        <source>args = %1

kwargs = %2</source>
        <translation>args = %1

kwargs = %2</translation>
    </message>
    <message>
        <source>The body as it travelled: first %1 of %2</source>
        <translation>传输时的正文：%2 中的前 %1</translation>
    </message>
    <message>
        <source>The body as it travelled: %1</source>
        <translation>传输时的正文：%1</translation>
    </message>
    <message>
        <source>Delayed by</source>
        <translation>延迟</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 秒</translation>
    </message>
    <message>
        <source>Routing key with the delay</source>
        <translation>带延迟的路由键</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::OpenBrokerDialog</name>
    <message>
        <source>Open broker</source>
        <translation>打开消息代理</translation>
    </message>
    <message>
        <source>only if the broker wants one; it is not stored</source>
        <translation>仅在消息代理要求时填写；不会保存</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>&amp;URL</source>
        <translation>URL(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Password</source>
        <translation>密码(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Environment</source>
        <translation>环境(&amp;E)</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Examples: redis://host:6379/0, redis+socket:///run/redis.sock, memory://demo</source>
        <translation>示例：redis://host:6379/0、redis+socket:///run/redis.sock、memory://demo</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::OverviewPage</name>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Unacked</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>Queues</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Exchanges</source>
        <translation>交换机</translation>
    </message>
    <message>
        <source>Bindings</source>
        <translation>绑定</translation>
    </message>
    <message>
        <source>Pages of queues and exchanges show theirs: this broker would have to list all at once</source>
        <translation>队列和交换机的页面会显示它们的绑定：此代理只能一次列出全部</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::PagedTable</name>
    <message>
        <source>Rows before these</source>
        <translation>之前的行</translation>
    </message>
    <message>
        <source>Rows after these</source>
        <translation>之后的行</translation>
    </message>
    <message>
        <source>The broker has counted nothing of the kind here yet</source>
        <translation>代理还没有统计这里的此类内容</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>no rows</source>
        <translation>没有行</translation>
    </message>
    <message numerus="yes">
        <source>%n row(s)</source>
        <translation>
            <numerusform>%n 行</numerusform>
        </translation>
    </message>
    <message>
        <source>rows %1–%2 of %3</source>
        <translation>第 %1–%2 行，共 %3 行</translation>
    </message>
    <message>
        <source>as of %1, up to %2 s old</source>
        <translation>截至 %1，最多旧 %2 秒</translation>
    </message>
    <message>
        <source>as of %1</source>
        <translation>截至 %1</translation>
    </message>
    <message>
        <source>rates over the last %1 s</source>
        <translation>最近 %1 秒的速率</translation>
    </message>
    <message>
        <source>What there is is not known.</source>
        <translation>有什么未知。</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>未连接</translation>
    </message>
    <message>
        <source>Asking the broker…</source>
        <translation>正在询问代理…</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>正在连接…</translation>
    </message>
    <message>
        <source>Nothing is called “%1”.</source>
        <translation>没有名为“%1”的。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::PeekView</name>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>This queue is empty.</source>
        <translation>此队列为空。</translation>
    </message>
    <message>
        <source>End of the queue</source>
        <translation>队列的哪一端</translation>
    </message>
    <message>
        <source>Next to be delivered</source>
        <translation>最先将被投递的</translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation>最新的在前</translation>
    </message>
    <message>
        <source>Number of messages</source>
        <translation>消息数</translation>
    </message>
    <message numerus="yes">
        <source>%n message(s)</source>
        <translation>
            <numerusform>%n 条消息</numerusform>
        </translation>
    </message>
    <message>
        <source>Peek again</source>
        <translation>再次查看</translation>
    </message>
    <message>
        <source>Showing the messages of %1.</source>
        <translation>显示的是 %1 时的消息。</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Snapshot %1  ·  %2 of %3</source>
        <translation>快照 %1  ·  %3 中的 %2</translation>
    </message>
    <message>
        <source>The messages were not looked at yet.</source>
        <translation>还没有查看消息。</translation>
    </message>
    <message>
        <source>Messages waiting: %1.</source>
        <translation>等待中的消息：%1。</translation>
    </message>
    <message>
        <source>Read-only mode is on: nothing is looked at.</source>
        <translation>只读模式已开启：不查看任何消息。</translation>
    </message>
    <message numerus="yes">
        <source>Look at %n message(s)</source>
        <translation>
            <numerusform>查看 %n 条消息</numerusform>
        </translation>
    </message>
    <message>
        <source>Look all the same</source>
        <translation>仍然查看</translation>
    </message>
    <message>
        <source>only read: nothing changed</source>
        <translation>只是读取：没有任何改变</translation>
    </message>
    <message>
        <source>fetched and given back: marked as redelivered</source>
        <translation>取出后再放回：会被标记为重新投递</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::PlacesTabs</name>
    <message>
        <source>Close tab</source>
        <translation>关闭标签页</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::PropertyModel</name>
    <message numerus="yes">
        <source>%n entry(s)</source>
        <translation>
            <numerusform>%n 项</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n element(s)</source>
        <translation>
            <numerusform>%n 个元素</numerusform>
        </translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::PublishPage</name>
    <message>
        <source>Headers as JSON</source>
        <translation>JSON 格式的头部</translation>
    </message>
    <message>
        <source>Body</source>
        <translation>正文</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>default exchange: the routing key names the queue</source>
        <translation>默认交换机：路由键即队列名</translation>
    </message>
    <message>
        <source>Exchange</source>
        <translation>交换机</translation>
    </message>
    <message>
        <source>Type of the exchange</source>
        <translation>交换机的类型</translation>
    </message>
    <message>
        <source>Routing key or queue</source>
        <translation>路由键或队列</translation>
    </message>
    <message>
        <source>Routing key, or the name of a queue</source>
        <translation>路由键，或队列名</translation>
    </message>
    <message>
        <source>E&amp;xchange</source>
        <translation>交换机(&amp;X)</translation>
    </message>
    <message>
        <source>Routing &amp;key</source>
        <translation>路由键(&amp;K)</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Format of the body</source>
        <translation>正文的格式</translation>
    </message>
    <message>
        <source>Content &amp;type</source>
        <translation>内容类型(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Priority</source>
        <translation>优先级(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Headers</source>
        <translation>头部(&amp;H)</translation>
    </message>
    <message>
        <source>Send the message (Ctrl+Enter)</source>
        <translation>发送消息 (Ctrl+Enter)</translation>
    </message>
    <message>
        <source>Publish</source>
        <translation>发布</translation>
    </message>
    <message>
        <source>higher numbers are delivered first</source>
        <translation>数字大的先投递</translation>
    </message>
    <message>
        <source>lower numbers are delivered first, 0 before all others</source>
        <translation>数字小的先投递，0 最先</translation>
    </message>
    <message>
        <source>Name a queue, or an exchange and a routing key.</source>
        <translation>请给出队列名，或交换机与路由键。</translation>
    </message>
    <message>
        <source>Read-only mode is on: nothing can be sent.</source>
        <translation>只读模式已开启：不能发送。</translation>
    </message>
    <message>
        <source>The body is not JSON.</source>
        <translation>正文不是 JSON。</translation>
    </message>
    <message>
        <source>The headers are not a JSON object.</source>
        <translation>头部不是 JSON 对象。</translation>
    </message>
    <message>
        <source>Sending…</source>
        <translation>正在发送…</translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation>%1 毫秒</translation>
    </message>
    <message numerus="yes">
        <source>Confirmed in %1: %n queue(s) have it.</source>
        <translation>
            <numerusform>%1 内得到确认：%n 个队列已收到。</numerusform>
        </translation>
    </message>
    <message>
        <source>Confirmed in %1.</source>
        <translation>%1 内得到确认。</translation>
    </message>
    <message>
        <source>Publish to %1</source>
        <translation>发布到 %1</translation>
    </message>
    <message>
        <source>One message is sent, and workers may act on it.</source>
        <translation>将发送一条消息，工作者可能会处理它。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::QueueListView</name>
    <message>
        <source>Queues</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Filter queues</source>
        <translation>过滤队列</translation>
    </message>
    <message>
        <source>Filter of the queue table</source>
        <translation>队列表的过滤器</translation>
    </message>
    <message>
        <source>Which queues there are is not known.
Those that you go to by name are shown here.</source>
        <translation>有哪些队列未知。
您按名称前往的队列显示在这里。</translation>
    </message>
    <message>
        <source>Go to queue…</source>
        <translation>前往队列…</translation>
    </message>
    <message>
        <source>This virtual host has no queues yet.</source>
        <translation>此虚拟主机还没有队列。</translation>
    </message>
    <message>
        <source>This broker has no queues yet.
On Redis a queue exists while it holds messages or has a binding.</source>
        <translation>此代理还没有队列。
在 Redis 上，队列在有消息或绑定时才存在。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::QueueNumbers</name>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Unacked</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>总计</translation>
    </message>
    <message>
        <source>Consumers</source>
        <translation>消费者</translation>
    </message>
    <message>
        <source>Bindings</source>
        <translation>绑定</translation>
    </message>
    <message>
        <source>By priority</source>
        <translation>按优先级</translation>
    </message>
    <message>
        <source>In/s</source>
        <translation>入/秒</translation>
    </message>
    <message>
        <source>Out/s</source>
        <translation>出/秒</translation>
    </message>
    <message>
        <source>Ack/s</source>
        <translation>确认/秒</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>over the last %1 s</source>
        <translation>最近 %1 秒</translation>
    </message>
    <message>
        <source>Of the bodies of all its messages</source>
        <translation>所有消息内容的大小</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::QueuePage</name>
    <message>
        <source>Unacked</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>Consumers</source>
        <translation>消费者</translation>
    </message>
    <message>
        <source>Bindings</source>
        <translation>绑定</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Watch</source>
        <translation>观察</translation>
    </message>
    <message>
        <source>See messages come and go; takes nothing</source>
        <translation>观察消息的来去；不取走任何内容</translation>
    </message>
    <message>
        <source>Publish…</source>
        <translation>发布…</translation>
    </message>
    <message>
        <source>More actions for this queue</source>
        <translation>此队列的更多操作</translation>
    </message>
    <message>
        <source>Consume, purge</source>
        <translation>消费、清空</translation>
    </message>
    <message>
        <source>Bindings of this queue</source>
        <translation>此队列的绑定</translation>
    </message>
    <message>
        <source>Bindings (%1)</source>
        <translation>绑定（%1）</translation>
    </message>
    <message>
        <source>Idle Python workers are served before consumers of this program.</source>
        <translation>空闲的 Python 工作进程先于此程序的消费者得到消息。</translation>
    </message>
    <message>
        <source>This queue is gone, or empty: Redis forgets empty queues.</source>
        <translation>此队列已不存在，或者为空：Redis 不保留空队列。</translation>
    </message>
    <message>
        <source>Messages that could not be read and were put aside since %1: %2</source>
        <translation>自 %1 以来无法读取而被搁置的消息：%2</translation>
    </message>
    <message>
        <source>Watching looks again and again, and here a look changes the queue</source>
        <translation>监视会反复查看，而在这里每次查看都会改变队列</translation>
    </message>
    <message>
        <source>There is no queue of this name.</source>
        <translation>没有这个名称的队列。</translation>
    </message>
    <message>
        <source>Definition</source>
        <translation>定义</translation>
    </message>
    <message>
        <source>How this queue was declared</source>
        <translation>此队列如何声明</translation>
    </message>
    <message>
        <source>as of %1, up to %2 s old</source>
        <translation>截至 %1，最多旧 %2 秒</translation>
    </message>
    <message>
        <source>as of %1</source>
        <translation>截至 %1</translation>
    </message>
    <message>
        <source>rates over the last %1 s</source>
        <translation>最近 %1 秒的速率</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Durable</source>
        <translation>持久</translation>
    </message>
    <message>
        <source>Deleted with its last consumer</source>
        <translation>随最后一个消费者删除</translation>
    </message>
    <message>
        <source>Of one connection only</source>
        <translation>仅属于一个连接</translation>
    </message>
    <message>
        <source>Policy</source>
        <translation>策略</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>This queue is gone.</source>
        <translation>此队列已消失。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::RoutingLine</name>
    <message>
        <source>Name a queue, or an exchange and a routing key.</source>
        <translation>请给出队列，或交换机和路由键。</translation>
    </message>
    <message>
        <source>matches no queue; programs that listen right now may still get it</source>
        <translation>不匹配任何队列；此刻正在监听的程序仍可能收到</translation>
    </message>
    <message>
        <source>there is no queue of this name now</source>
        <translation>现在没有这个名称的队列</translation>
    </message>
    <message>
        <source>matches no queue</source>
        <translation>不匹配任何队列</translation>
    </message>
    <message numerus="yes">
        <source>(%n queue(s))</source>
        <translation>
            <numerusform>（%n 个队列）</numerusform>
        </translation>
    </message>
    <message>
        <source>by %1</source>
        <translation>依据 %1</translation>
    </message>
    <message>
        <source>By Kombu’s rules; AMQP would decide differently for %1.</source>
        <translation>按 Kombu 的规则；AMQP 对 %1 会有不同结果。</translation>
    </message>
    <message>
        <source>Not all bindings are known: this may be incomplete.</source>
        <translation>并非所有绑定都已知：可能不完整。</translation>
    </message>
    <message>
        <source>Where it goes is not known: the broker has not listed its bindings.</source>
        <translation>不知道它会去哪里：代理没有列出它的绑定。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::StatusStrip</name>
    <message>
        <source>Memory of the messages shown in all tabs</source>
        <translation>所有标签页所显示消息占用的内存</translation>
    </message>
    <message>
        <source>connected, but the last question failed</source>
        <translation>已连接，但上次查询失败</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>已连接</translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation>正在连接…</translation>
    </message>
    <message>
        <source>not connected</source>
        <translation>未连接</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>answers in %1 ms</source>
        <translation>%1 毫秒内答复</translation>
    </message>
    <message>
        <source>polling every %1 s</source>
        <translation>每 %1 秒轮询</translation>
    </message>
    <message>
        <source>polling off</source>
        <translation>轮询已关闭</translation>
    </message>
    <message>
        <source>%1 of messages in this window</source>
        <translation>此窗口中的消息共 %1</translation>
    </message>
    <message>
        <source>NOT SAFE</source>
        <translation>不安全</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::UnackedPage</name>
    <message>
        <source>Unacked</source>
        <translation>未确认</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::UnackedTableModel</name>
    <message>
        <source>Delivered at</source>
        <translation>投递时间</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>已持有</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Task or type</source>
        <translation>任务或类型</translation>
    </message>
    <message>
        <source>Body</source>
        <translation>正文</translation>
    </message>
    <message>
        <source>Delivery tag</source>
        <translation>投递标签</translation>
    </message>
    <message>
        <source>The visibility timeout of the workers is assumed: they do not store it</source>
        <translation>工作进程的可见性超时为推测值：它们不存储它</translation>
    </message>
    <message>
        <source>overdue</source>
        <translation>已过期</translation>
    </message>
    <message>
        <source>Returns in</source>
        <translation>返回剩余时间</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::UnackedView</name>
    <message>
        <source>Unacknowledged messages</source>
        <translation>未确认的消息</translation>
    </message>
    <message>
        <source>No worker holds a message.</source>
        <translation>没有工作进程持有消息。</translation>
    </message>
    <message>
        <source>No worker holds a message of this queue.</source>
        <translation>没有工作进程持有此队列的消息。</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>No worker has acknowledged these. They return when their worker goes away.</source>
        <translation>没有工作进程确认这些消息。其工作进程离开后它们会被归还。</translation>
    </message>
    <message>
        <source>No worker has acknowledged these. They are delivered again when their time is over (the workers’ visibility timeout is assumed).</source>
        <translation>没有工作进程确认这些消息。到时间后它们会再次投递（按工作进程的可见性超时推算）。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::WatchModel</name>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Event</source>
        <translation>事件</translation>
    </message>
    <message>
        <source>+ arrived</source>
        <translation>+ 到达</translation>
    </message>
    <message>
        <source>− left</source>
        <translation>− 离开</translation>
    </message>
    <message>
        <source>= copy</source>
        <translation>= 副本</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::WatchPage</name>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Follow</source>
        <translation>跟随</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>事件</translation>
    </message>
    <message>
        <source>Stop the display; recording goes on (Ctrl+P)</source>
        <translation>停止显示；继续记录 (Ctrl+P)</translation>
    </message>
    <message>
        <source>Keep the newest row in sight</source>
        <translation>保持最新一行可见</translation>
    </message>
    <message>
        <source>Watch %1</source>
        <translation>观察 %1</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>+%1/s</source>
        <translation>+%1/秒</translation>
    </message>
    <message>
        <source>−%1/s</source>
        <translation>−%1/秒</translation>
    </message>
    <message>
        <source>Copies of what the exchange sends from now on; workers lose nothing.</source>
        <translation>交换机从现在起所发消息的副本；工作进程不会丢失任何消息。</translation>
    </message>
    <message numerus="yes">
        <source>Looked at every 500 ms, up to %n message(s) at each end: what comes and goes between two looks is not seen.</source>
        <translation>
            <numerusform>每 500 毫秒查看一次，每端最多 %n 条消息：两次查看之间来去的消息看不到。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n event(s)</source>
        <translation>
            <numerusform>%n 个事件</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%2 中的 %1</translation>
    </message>
    <message>
        <source>dropped %1 oldest</source>
        <translation>已丢弃最旧的 %1 个</translation>
    </message>
    <message>
        <source>%1 times more went by than a look shows</source>
        <translation>有 %1 次经过的消息多于一次查看所能显示</translation>
    </message>
    <message>
        <source>paused, %1 new</source>
        <translation>已暂停，%1 条新消息</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Nothing has come or gone yet. Watching…</source>
        <translation>还没有消息来去。正在观察…</translation>
    </message>
    <message>
        <source>Not watching.</source>
        <translation>没有在观察。</translation>
    </message>
    <message>
        <source>This broker cannot be watched: each look at a queue changes it, and watching looks twice a second.
The number of its waiting messages is on the page of the queue.</source>
        <translation>无法监视这个代理：每次查看队列都会改变它，而监视每秒查看两次。
等待中的消息数显示在队列的页面上。</translation>
    </message>
</context>
<context>
    <name>Qombu::Inspector::WriteGate</name>
    <message>
        <source>Read-only mode is on: nothing was sent.</source>
        <translation>只读模式已开启：没有发送任何内容。</translation>
    </message>
    <message>
        <source>There is no broker.</source>
        <translation>没有消息代理。</translation>
    </message>
    <message>
        <source>Publish to %1</source>
        <translation>发布到 %1</translation>
    </message>
    <message>
        <source>Purge %1</source>
        <translation>清空 %1</translation>
    </message>
    <message>
        <source>Consume from %1</source>
        <translation>从 %1 消费</translation>
    </message>
    <message>
        <source>Subscribe to %1</source>
        <translation>订阅 %1</translation>
    </message>
    <message>
        <source>Look at messages of %1</source>
        <translation>查看 %1 的消息</translation>
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
    <message>
        <source>%1 takes writes again.</source>
        <translation>%1 又接受写入了。</translation>
    </message>
    <message>
        <source>Writes to %1 have to wait: %2</source>
        <translation>对 %1 的写入须等待：%2</translation>
    </message>
    <message>
        <source>The deadline passed while writes to %1 had to wait: %2</source>
        <translation>期限已过，对 %1 的写入仍在等待：%2</translation>
    </message>
    <message>
        <source>%1 takes no writes for now: %2</source>
        <translation>%1 暂时不接受写入：%2</translation>
    </message>
    <message>
        <source>The deadline passed while %1 took no writes: %2</source>
        <translation>期限已过，而 %1 一直不接受写入：%2</translation>
    </message>
</context>
<context>
    <name>Tables</name>
    <message>
        <source>%1 of %2</source>
        <comment>consumer and its queue</comment>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>transactions</source>
        <comment>mode of a channel</comment>
        <translation>事务</translation>
    </message>
    <message>
        <source>confirms</source>
        <comment>mode of a channel</comment>
        <translation>发布确认</translation>
    </message>
    <message>
        <source>waits</source>
        <comment>consumer</comment>
        <translation>等待</translation>
    </message>
    <message>
        <source>alone</source>
        <comment>consumer</comment>
        <translation>单独</translation>
    </message>
    <message>
        <source>active</source>
        <comment>consumer</comment>
        <translation>活动</translation>
    </message>
    <message>
        <source>The broker takes no messages from it: it is out of memory or disk.</source>
        <translation>代理不接收它的消息：内存或磁盘不足。</translation>
    </message>
    <message>
        <source>The broker will take no messages from it: it is out of memory or disk.</source>
        <translation>代理将不接收它的消息：内存或磁盘不足。</translation>
    </message>
    <message>
        <source>It publishes faster than the broker can follow, and is slowed down.</source>
        <translation>它发布得比代理能跟上的更快，因此被放慢。</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <comment>used, limit</comment>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Messages waiting for a worker</source>
        <translation>等待 worker 的消息</translation>
    </message>
    <message>
        <source>Unacked</source>
        <translation>未确认</translation>
    </message>
    <message>
        <source>Messages a worker has taken and not yet acknowledged</source>
        <translation>worker 已取走但尚未确认的消息</translation>
    </message>
    <message>
        <source>Consumers</source>
        <translation>消费者</translation>
    </message>
    <message>
        <source>In/s</source>
        <translation>入/秒</translation>
    </message>
    <message>
        <source>Messages published to it a second</source>
        <translation>每秒发布到它的消息</translation>
    </message>
    <message>
        <source>Out/s</source>
        <translation>出/秒</translation>
    </message>
    <message>
        <source>Messages given to workers a second</source>
        <translation>每秒交给 worker 的消息</translation>
    </message>
    <message>
        <source>Ack/s</source>
        <translation>确认/秒</translation>
    </message>
    <message>
        <source>Messages that workers acknowledged a second</source>
        <translation>worker 每秒确认的消息</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Of the bodies of all its messages</source>
        <translation>所有消息内容的大小</translation>
    </message>
    <message>
        <source>Policy</source>
        <translation>策略</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Exchange</source>
        <translation>交换机</translation>
    </message>
    <message>
        <source>(default exchange)</source>
        <translation>（默认交换机）</translation>
    </message>
    <message>
        <source>Durable</source>
        <translation>持久</translation>
    </message>
    <message>
        <source>Whether it survives a restart of the broker</source>
        <translation>代理重启后是否仍在</translation>
    </message>
    <message>
        <source>Messages it gave to queues a second, a copy each</source>
        <translation>它每秒交给队列的消息，每份副本各计一次</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Consumer</source>
        <translation>消费者</translation>
    </message>
    <message>
        <source>Where one consumer alone is served, the others wait until it leaves</source>
        <translation>只服务一个消费者时，其他的等到它离开</translation>
    </message>
    <message>
        <source>Prefetch</source>
        <translation>预取</translation>
    </message>
    <message>
        <source>Messages it may hold at once; 0: any number</source>
        <translation>它可同时持有的消息；0：任意数量</translation>
    </message>
    <message>
        <source>Acknowledges</source>
        <translation>确认</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>程序</translation>
    </message>
    <message>
        <source>What it calls itself</source>
        <translation>它如何称呼自己</translation>
    </message>
    <message>
        <source>Virtual host</source>
        <translation>虚拟主机</translation>
    </message>
    <message>
        <source>TLS</source>
        <translation>TLS</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>From it/s</source>
        <translation>来自它/秒</translation>
    </message>
    <message>
        <source>Bytes a second that the broker got from it</source>
        <translation>代理每秒从它收到的字节</translation>
    </message>
    <message>
        <source>To it/s</source>
        <translation>发往它/秒</translation>
    </message>
    <message>
        <source>Bytes a second that the broker sent to it</source>
        <translation>代理每秒发给它的字节</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>始于</translation>
    </message>
    <message>
        <source>Messages it holds</source>
        <translation>它持有的消息</translation>
    </message>
    <message>
        <source>Messages each of its consumers may hold; 0: any number</source>
        <translation>其每个消费者可持有的消息；0：任意数量</translation>
    </message>
    <message>
        <source>Unconfirmed</source>
        <translation>未确认发布</translation>
    </message>
    <message>
        <source>Publishes that wait until the broker confirms them</source>
        <translation>等待代理确认的发布</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>模式</translation>
    </message>
    <message>
        <source>Messages it published a second</source>
        <translation>它每秒发布的消息</translation>
    </message>
    <message>
        <source>Messages given to it a second</source>
        <translation>每秒交给它的消息</translation>
    </message>
    <message>
        <source>Holds</source>
        <translation>持有</translation>
    </message>
    <message>
        <source>Messages it has taken and not yet acknowledged</source>
        <translation>它已取走但尚未确认的消息</translation>
    </message>
    <message>
        <source>Which of them holds how many the broker does not tell</source>
        <translation>其中谁持有多少条，代理不告知</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>operator’s</source>
        <comment>policy</comment>
        <translation>运维的</translation>
    </message>
    <message>
        <source>users’</source>
        <comment>policy</comment>
        <translation>用户的</translation>
    </message>
    <message>
        <source>An operator’s policy limits what the others set</source>
        <translation>运维策略限制其他策略的设置</translation>
    </message>
    <message>
        <source>Names</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>A regular expression of the names it is for</source>
        <translation>它所适用名称的正则表达式</translation>
    </message>
    <message>
        <source>For</source>
        <translation>适用于</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>Of several that match a name the one with the highest counts</source>
        <translation>多个策略匹配同一名称时，优先级最高的有效</translation>
    </message>
    <message>
        <source>Sets</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>well</source>
        <comment>state of a server</comment>
        <translation>良好</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Used, and where publishing stops</source>
        <translation>已用，以及停止发布的界限</translation>
    </message>
    <message>
        <source>Disk free</source>
        <translation>磁盘空闲</translation>
    </message>
    <message>
        <source>%1 (min. %2)</source>
        <comment>free disk, and its lower limit</comment>
        <translation>%1（最低 %2）</translation>
    </message>
    <message>
        <source>Below the lower limit publishing stops</source>
        <translation>低于下限时停止发布</translation>
    </message>
    <message>
        <source>Files open</source>
        <translation>打开的文件</translation>
    </message>
    <message>
        <source>Up for</source>
        <translation>已运行</translation>
    </message>
</context>
</TS>
