import { PROFILES, SCALE, SMALL, Synthesised } from './desk';

const small = () => Synthesised.of(SMALL);
const scale = () => Synthesised.of(SCALE);

describe('the network', () => {
  it('small is open on 80 and 443, and on nothing else', () => {
    const [group] = small().ofType('AWS::EC2::SecurityGroup');
    expect(group?.Properties['SecurityGroupIngress']).toEqual([
      expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 80, ToPort: 80 }),
      expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 }),
    ]);
    expect(small().ofType('AWS::EC2::SecurityGroupIngress')).toEqual([]);
  });

  it('22 is open to the addresses that were given, and to no others', () => {
    const desk = Synthesised.of({ ...SMALL, sshFrom: '203.0.113.7/32' });
    const rules = desk.ofType('AWS::EC2::SecurityGroup')[0]?.Properties['SecurityGroupIngress'] as object[];
    expect(rules.slice(2)).toEqual([
      expect.objectContaining({ CidrIp: '203.0.113.7/32', FromPort: 22, ToPort: 22 }),
    ]);
  });

  it('scale lets in the load balancer alone, and that lets in 443', () => {
    const open = scale()
      .ofType('AWS::EC2::SecurityGroup')
      .flatMap(({ Properties }) => (Properties['SecurityGroupIngress'] ?? []) as { FromPort: number }[]);
    expect(open).toEqual([expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 })]);
    const chained = scale().ofType('AWS::EC2::SecurityGroupIngress');
    expect(chained.map(({ Properties }) => Properties['FromPort']).sort()).toEqual([443, 5432, 6379]);
    for (const { Properties } of chained) expect(Properties).toHaveProperty('SourceSecurityGroupId');
  });

  it.each(PROFILES)('%s has no NAT gateway, and notes what it refuses', (_name, context) => {
    const { template } = Synthesised.of(context);
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'REJECT' });
  });
});
